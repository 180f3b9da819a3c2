import { randomUUID } from 'node:crypto'
import { setOpenRoom } from '../../entities/connection.ts'
import { completeRoom, createRoom as putRoom } from '../../entities/create-room.ts'
import { Conflict } from '../../errors.ts'
import { requirePlaceForRoom } from '../../rooms/require-place.ts'
import { sessionOf } from '../../rooms/session.ts'
import { action } from '../action.ts'
import { ownConnection } from '../caller.ts'
import { logger } from '../logger.ts'

/**
 * Of the members that don't fit into the room's transaction. If there are more, the stream adds them all: so one frame
 * costs no more than 100 write units, and no member is written twice.
 */
const MEMBERS_AT_ONCE = 24

/**
 * Makes a room with its first members and subscribes the creating connection, all or nothing. What is left to do after
 * that never fails the action, for a retry would be told that the id is taken. AP38, AP44, AP32, AP33, AP4.
 */
export const createRoom = action('createRoom', async (input, caller) => {
  const { userId, connectionId } = caller
  const { chatRoomId = randomUUID(), roomName } = input
  const members = [...new Set([userId, ...(input.members ?? [])])]
  const [session] = await Promise.all([sessionOf(ownConnection(caller)), requirePlaceForRoom(userId)])
  const newRoom = { chatRoomId, roomName, createdBy: userId, createdAt: Date.now(), members, session }
  const created = await putRoom(newRoom)
  if (created === undefined) throw new Conflict('unable to create the room; its id is taken')
  const ends = await Promise.allSettled([
    created.pending.length > MEMBERS_AT_ONCE ? undefined : completeRoom(newRoom, created.pending),
    setOpenRoom(connectionId, chatRoomId),
  ])
  for (const end of ends) {
    // The stream completes the members; the open room is set again at the next join.
    if (end.status === 'rejected') logger.warn('room not quite created', { chatRoomId, error: end.reason as Error })
  }
  return { chatRoomId, roomName, members: members.sort(), headSeq: 0 }
})
