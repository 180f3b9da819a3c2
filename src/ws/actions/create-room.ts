import { randomUUID } from 'node:crypto'
import { setOpenRoom } from '../../entities/connection.ts'
import { completeRoom, createRoom as putRoom } from '../../entities/create-room.ts'
import { Conflict } from '../../errors.ts'
import { action } from '../action.ts'
import { logger } from '../logger.ts'

/**
 * Creates a room with its first members and subscribes the creating connection, in one transaction. Steps after that
 * never fail the action, because a retry would fail with `conflict`: its id is taken. AP32, AP33, AP4.
 */
export const createRoom = action('createRoom', async (input, caller) => {
  const { userId, connectionId, rowsExpireAt } = caller
  const { chatRoomId = randomUUID(), roomName } = input
  const members = [...new Set([userId, ...(input.members ?? [])])]
  const connection = { connectionId, expiresAt: rowsExpireAt }
  const now = Date.now()
  const newRoom = { chatRoomId, roomName, createdBy: userId, members, connection }
  const created = await putRoom(newRoom, now)
  if (created === undefined) throw new Conflict('unable to create the room; its id is taken')
  const ends = await Promise.allSettled([
    created.pending.length === 0 ? undefined : completeRoom(newRoom, created.pending, now),
    setOpenRoom(connectionId, chatRoomId, now),
  ])
  for (const end of ends) {
    // No harm: the stream function adds the remaining members, and the next join sets the open room.
    if (end.status === 'rejected') logger.warn('room not quite created', { chatRoomId, error: end.reason as Error })
  }
  return { chatRoomId, roomName, members: members.sort(), headSeq: 0 }
})
