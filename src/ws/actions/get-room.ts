import { requireMembership, roomWithMembers } from '../../entities/membership.ts'
import { NotAMember } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { MAX_MEMBERS_PER_REPLY } from '../../protocol/limits.ts'
import { StoredUserId } from '../../protocol/scalars.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

/** A room and a page of its members, ordered by user id, at most 1,000 in one reply. AP8, AP13. */
export const getRoom = action('getRoom', async ({ chatRoomId, cursor }, caller) => {
  const after = readCursor(cursor, StoredUserId)
  await requireMembership(chatRoomId, caller.userId)
  const room = await roomWithMembers(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY, ...defined({ after }) })
  if (room === undefined) throw new NotAMember('unable to show this room; it does not exist')
  return writeCursor(room)
})
