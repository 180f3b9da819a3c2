import { raiseFirstSeq } from '../entities/chat-room.ts'
import type { JobRow } from '../entities/job.ts'
import { deleteMessagesBefore } from '../entities/purge-room.ts'
import { SETTLED_MS } from './purge-room.ts'
import type { Step } from './step.ts'

/** `args` of the job. */
interface TruncateRoom {
  chatRoomId: string
  /** A seq, exclusive. */
  before: number
}

/**
 * Deletes what was said in a room before a message, a page at a time; what hangs on each message follows the records of
 * their ends. A minute later it looks once more: for messages whose numbers were drawn before, and that were written
 * after. The cursor is the number of the round. AP129, AP131, AP132.
 */
export async function truncateRoom(
  { args, cursor, createdAt }: Pick<JobRow, 'args' | 'cursor' | 'createdAt'>,
  now: number,
): Promise<Step> {
  const { chatRoomId, before } = JSON.parse(args) as TruncateRoom
  const notBefore = createdAt + SETTLED_MS
  if (cursor === '1' && now < notBefore) return { cursor, done: 0, notBefore }
  // Whoever began this may not have come so far.
  if (cursor === undefined) await raiseFirstSeq(chatRoomId, before)
  const done = await deleteMessagesBefore(chatRoomId, before, now)
  if (done > 0) return { cursor: cursor ?? '0', done }
  return cursor === '1' ? { done } : { cursor: '1', done }
}
