import { getRooms } from '../../entities/chat-room.ts'
import { roomsOfUser } from '../../entities/membership.ts'
import { defined } from '../../protocol/defined.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

/**
 * A page of the caller's rooms, ordered by id. It is read from the index: a room joined a moment ago may be missing.
 * AP12, AP6.
 */
export const listRooms = action('listRooms', async ({ limit, cursor }, caller) => {
  const after = readCursor(cursor, ChatRoomId)
  const page = await roomsOfUser(caller.userId, { limit, ...defined({ after }) })
  const known = await getRooms(page.memberships.map((membership) => membership.chatRoomId))
  const rooms = page.memberships.flatMap(({ chatRoomId }) => known.get(chatRoomId) ?? [])
  return writeCursor({ rooms, ...defined({ nextCursor: page.nextCursor }) })
})
