import { getRooms } from '../../entities/chat-room.ts'
import { roomsOfUser } from '../../entities/user-room.ts'
import { defined } from '../../protocol/defined.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import { roomOnWire } from '../../rooms/room-view.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

/** Returns the caller's rooms, ordered by id. AP6, AP12. */
export const listRooms = action('listRooms', async ({ limit, cursor }, caller) => {
  const page = await roomsOfUser(caller.userId, { limit, ...defined({ after: readCursor(cursor, ChatRoomId) }) })
  const known = await getRooms(page.rooms.map(({ chatRoomId }) => chatRoomId))
  const rooms = page.rooms
    .flatMap(({ chatRoomId }) => known.get(chatRoomId) ?? [])
    .map((room) => ({ ...roomOnWire(room), headRev: room.headRev ?? 0 }))
  return writeCursor({ rooms, ...defined({ nextCursor: page.nextCursor }) })
})
