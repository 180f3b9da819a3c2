import { membersAfter } from '../../entities/membership.ts'
import { defined } from '../../protocol/defined.ts'
import { StoredUserId } from '../../protocol/scalars.ts'
import { admit } from '../../rooms/admission.ts'
import { shownRole } from '../../rooms/room-view.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

/**
 * Returns a page of a room's members with their roles. With `role`, a page may have few members or none although more
 * follow. AP5, AP8, AP67, AP71.
 */
export const listMembers = action('listMembers', async ({ chatRoomId, role, limit, cursor }, caller) => {
  const now = Date.now()
  const after = readCursor(cursor, StoredUserId)
  await admit(caller, chatRoomId, 'read', now)
  const rows = await membersAfter(chatRoomId, { limit, ...defined({ after }) })
  const page = rows.slice(0, limit)
  const members = page
    .map(({ userId, role, joinedAt, mutedUntil = 0 }) => ({
      userId,
      role: shownRole(chatRoomId, role),
      joinedAt,
      ...(mutedUntil > now ? { mutedUntil } : {}),
    }))
    .filter((member) => role === undefined || member.role === role)
  return writeCursor({ members, ...defined({ nextCursor: rows.length > limit ? page.at(-1)?.userId : undefined }) })
})
