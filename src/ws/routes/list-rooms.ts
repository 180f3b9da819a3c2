import { getRooms } from '../../entities/chat-room.ts'
import { roomsOfUser } from '../../entities/membership.ts'
import { actions, type Reply, type Request } from '../../protocol/actions.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import type { Caller } from '../caller.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { route } from '../route.ts'

export const schema = actions.listRooms.request

/** The caller's rooms, by id. From the index: a room joined a moment ago may be missing. AP12, AP6. */
export async function handle({ limit, cursor }: Request<'listRooms'>, caller: Caller): Promise<Reply<'listRooms'>> {
  const after = readCursor(cursor, ChatRoomId)
  const page = await roomsOfUser(caller.userId, { limit, ...(after === undefined ? {} : { after }) })
  const known = await getRooms(page.memberships.map((membership) => membership.chatRoomId))
  const rooms = page.memberships.flatMap(({ chatRoomId }) => known.get(chatRoomId) ?? [])
  return writeCursor({ rooms, ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }) })
}

export const handler = route('listRooms', schema, handle)
