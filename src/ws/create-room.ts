import { randomUUID } from 'node:crypto'
import { setOpenRoom } from '../entities/connection.ts'
import { foundRoom, newJoinId } from '../entities/found-room.ts'
import { subscribe } from '../entities/subscription.ts'
import { Conflict } from '../errors.ts'
import { actions, type Reply, type Request } from '../protocol/actions.ts'
import type { Caller } from './caller.ts'
import { route } from './route.ts'

export const schema = actions.createRoom.request

/** Makes a room with its first members and subscribes the creating connection. AP32, AP33, AP4, AP14. */
export async function handle(input: Request<'createRoom'>, caller: Caller): Promise<Reply<'createRoom'>> {
  const { userId, connectionId, rowsExpireAt } = caller
  const { chatRoomId = randomUUID(), roomName } = input
  const members = [...new Set([userId, ...(input.members ?? [])])]
  const joinId = newJoinId()
  const founding = { joinId, chatRoomId, roomName, createdBy: userId, members, originConnectionId: connectionId }
  if (!(await foundRoom(founding))) throw new Conflict('unable to create the room; its id is taken')
  await Promise.all([
    subscribe([{ chatRoomId, connectionId, userId, joinId, expiresAt: rowsExpireAt }]),
    setOpenRoom(connectionId, chatRoomId),
  ])
  return { chatRoomId, roomName, members: members.sort(), headSeq: 0 }
}

export const handler = route('createRoom', schema, handle)
