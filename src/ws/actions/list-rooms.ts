import { getRooms } from '../../entities/chat-room.ts'
import { roomsOfUser } from '../../entities/membership.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

/** The caller's rooms, by id. From the index: a room joined a moment ago may be missing. AP12, AP6. */
export const listRooms = action('listRooms', async ({ limit, cursor }, caller) => {
  const after = readCursor(cursor, ChatRoomId)
  const page = await roomsOfUser(caller.userId, { limit, ...(after === undefined ? {} : { after }) })
  const known = await getRooms(page.memberships.map((membership) => membership.chatRoomId))
  const rooms = page.memberships.flatMap(({ chatRoomId }) => known.get(chatRoomId) ?? [])
  return writeCursor({ rooms, ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }) })
})
