import { truncateRoom as truncate } from '../../rooms/truncate-room.ts'
import { doneBy } from '../../ws/caller.ts'
import { serverAction } from '../server-action.ts'

/** Deletes the messages of a room before a given message. AP5, AP127, AP129, AP130. */
export const truncateRoom = serverAction('truncateRoom', async ({ chatRoomId, before }, caller) => ({
  jobId: await truncate(chatRoomId, before, doneBy(caller), Date.now()),
}))
