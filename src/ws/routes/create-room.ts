import { randomUUID } from 'node:crypto'
import { setOpenRoom } from '../../entities/connection.ts'
import { completeFounding, foundRoom } from '../../entities/create-room.ts'
import { Conflict } from '../../errors.ts'
import { actions, type Reply, type Request } from '../../protocol/actions.ts'
import type { Caller } from '../caller.ts'
import { logger, route } from '../route.ts'

export const schema = actions.createRoom.request

/**
 * Makes a room with its first members and subscribes the creating connection, all or nothing. What is left to do after
 * that never fails the action, for a retry would be told that the id is taken. AP32, AP33, AP4.
 */
export async function handle(input: Request<'createRoom'>, caller: Caller): Promise<Reply<'createRoom'>> {
  const { userId, connectionId, rowsExpireAt } = caller
  const { chatRoomId = randomUUID(), roomName } = input
  const members = [...new Set([userId, ...(input.members ?? [])])]
  const connection = { connectionId, expiresAt: rowsExpireAt }
  const founding = { chatRoomId, roomName, createdBy: userId, members, connection }
  const founded = await foundRoom(founding)
  if (founded === undefined) throw new Conflict('unable to create the room; its id is taken')
  const ends = await Promise.allSettled([
    founded.pending.length === 0 ? undefined : completeFounding(founding, founded.pending, Date.now()),
    setOpenRoom(connectionId, chatRoomId),
  ])
  for (const end of ends) {
    // The stream completes the members; the open room is set again at the next join.
    if (end.status === 'rejected') logger.warn('room not quite founded', { chatRoomId, error: end.reason as Error })
  }
  return { chatRoomId, roomName, members: members.sort(), headSeq: 0 }
}

export const handler = route('createRoom', schema, handle)
