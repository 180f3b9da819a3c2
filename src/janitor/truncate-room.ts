import { raiseFirstSeq } from '../entities/chat-room.ts'
import type { JobRow } from '../entities/job.ts'
import { deleteMessagesBefore } from '../entities/purge-room.ts'
import { SETTLED_MS } from './purge-room.ts'
import type { Step } from './step.ts'

/** The job's `args`. */
interface TruncateRoom {
  chatRoomId: string
  /** A seq, exclusive. */
  before: number
}

/**
 * Deletes the messages of a room before a given message, page by page. What belongs to each message is deleted after
 * the record of its deletion. A second round follows a minute later, for messages that had drawn their seq before the
 * first round and were written after it. The cursor is the number of the round. AP129, AP131, AP132.
 */
export async function truncateRoom(
  { args, cursor, createdAt }: Pick<JobRow, 'args' | 'cursor' | 'createdAt'>,
  now: number,
): Promise<Step> {
  const { chatRoomId, before } = JSON.parse(args) as TruncateRoom
  const notBefore = createdAt + SETTLED_MS
  if (cursor === '1' && now < notBefore) return { cursor, done: 0, notBefore }
  // The action that created the job may have been cut off before this write.
  if (cursor === undefined) await raiseFirstSeq(chatRoomId, before)
  const done = await deleteMessagesBefore(chatRoomId, before, now)
  if (done > 0) return { cursor: cursor ?? '0', done }
  return cursor === '1' ? { done } : { cursor: '1', done }
}
