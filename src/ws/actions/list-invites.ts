import * as z from 'zod/mini'
import { invitesOfRoom } from '../../entities/invite.ts'
import { defined } from '../../protocol/defined.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

const PAGE = 100

/** The time at which an invite was created, and the invite. */
const InvitePlace = z.string().check(z.regex(/^\d{1,16}#[A-Za-z0-9_-]{22}$/))

/**
 * Returns the valid invites of a room, in the order they were created. A new invite may take a moment to be listed.
 * AP5, AP8, AP50, AP63, AP71.
 */
export const listInvites = action('listInvites', async ({ chatRoomId, cursor }, caller) => {
  const now = Date.now()
  const after = readCursor(cursor, InvitePlace)
  await admit(caller, chatRoomId, 'add', now)
  const { invites, nextCursor } = await invitesOfRoom(chatRoomId, { limit: PAGE, ...defined({ after }) }, now)
  return writeCursor({
    invites: invites.map(({ invite, role, by, createdAt, until, uses, maxUses }) => ({
      invite,
      role,
      by,
      createdAt,
      expiresAt: until,
      uses,
      ...defined({ maxUses }),
    })),
    ...defined({ nextCursor }),
  })
})
