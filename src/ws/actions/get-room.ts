import { roomWithMembers } from '../../entities/membership.ts'
import { defined } from '../../protocol/defined.ts'
import { MAX_MEMBERS_PER_REPLY } from '../../protocol/limits.ts'
import { StoredUserId } from '../../protocol/scalars.ts'
import { admit, stranger } from '../../rooms/admission.ts'
import { roomReply } from '../../rooms/room-view.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

/** A room and a page of its members, ordered by user id, at most 1,000 in one reply. AP5, AP8, AP13, AP71. */
export const getRoom = action('getRoom', async ({ chatRoomId, cursor }, caller) => {
  const after = readCursor(cursor, StoredUserId)
  const { standing } = await admit(caller, chatRoomId, 'read', Date.now())
  const found = await roomWithMembers(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY, ...defined({ after }) })
  if (found === undefined) throw stranger()
  return writeCursor(roomReply(found, standing, after === undefined))
})
