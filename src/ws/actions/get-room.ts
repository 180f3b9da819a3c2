import { roomWithMembers } from '../../entities/membership.ts'
import { defined } from '../../protocol/defined.ts'
import { MAX_MEMBERS_PER_REPLY } from '../../protocol/limits.ts'
import { StoredUserId } from '../../protocol/scalars.ts'
import { admit, readableAfter, stranger } from '../../rooms/admission.ts'
import { withKeptPins } from '../../rooms/kept-pins.ts'
import { memberCountIn } from '../../rooms/count-members.ts'
import { roomReply } from '../../rooms/room-view.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

/**
 * Returns a room and a page of its members, ordered by user id, at most 1,000 in one reply. AP5, AP8, AP13, AP34, AP67,
 * AP71.
 */
export const getRoom = action('getRoom', async ({ chatRoomId, cursor }, caller) => {
  const after = readCursor(cursor, StoredUserId)
  const now = Date.now()
  const { standing, membership } = await admit(caller, chatRoomId, 'read', now)
  const found = await roomWithMembers(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY, ...defined({ after }) })
  if (found === undefined) throw stranger()
  const [details, memberCount] = await Promise.all([
    withKeptPins(found.room, found.details, now),
    memberCountIn(found, after === undefined),
  ])
  const since = readableAfter({ room: found.room, membership })
  return writeCursor(roomReply({ ...found, details }, memberCount, { standing, membership, since }))
})
