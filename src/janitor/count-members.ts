import { getRoom } from '../entities/chat-room.ts'
import { noteMemberCount } from '../entities/chat-room-details.ts'
import type { JobRow } from '../entities/job.ts'
import { countPage, endCounting, type SizeRow, startCounting } from '../entities/room-size.ts'
import { RECOUNT_AFTER_MS } from '../rooms/have-counted.ts'
import { SETTLED_MS } from './purge-room.ts'
import type { Step } from './step.ts'

/** The job's cursor, as JSON, once the count has started. */
interface Cursor {
  /** Epoch milliseconds. */
  startedAt: number
  /** The counter when the count started. */
  started: SizeRow
  /** The members that were found so far. */
  found: number
  /** Where the next page begins; absent for the first one. */
  next?: string
}

/** The cursor of a job that waits, because the last count is too new. */
const WAITING = ''

/**
 * Counts the members of a large room, page by page, but not within ten minutes of the last count. Joins are counted
 * from the start on. The first page is read a minute later, when every member is either in the table or among those
 * joins. Whoever joins meanwhile is counted twice, so the counter is an upper bound. If another count of the room has
 * ended meanwhile, that one is valid, and this one ends too. AP5, AP83, AP84, AP85, AP161.
 */
export async function countMembers({ args, cursor }: Pick<JobRow, 'args' | 'cursor'>, now: number): Promise<Step> {
  const { chatRoomId } = JSON.parse(args) as { chatRoomId: string }
  if ((await getRoom(chatRoomId)) === undefined) return { done: 0 }
  if (cursor === undefined || cursor === WAITING) return start(chatRoomId, now)
  const { started, startedAt, found: before, next: from } = JSON.parse(cursor) as Cursor
  const notBefore = startedAt + SETTLED_MS
  if (now < notBefore) return { cursor, done: 0, notBefore }
  const { found: more, next } = await countPage(chatRoomId, from)
  const found = before + more
  if (next !== undefined) {
    return { cursor: JSON.stringify({ started, startedAt, found, next } satisfies Cursor), done: more }
  }
  const shown = await endCounting(started, found, now)
  if (shown !== undefined) await noteMemberCount(chatRoomId, shown)
  return { done: more }
}

async function start(chatRoomId: string, now: number): Promise<Step> {
  const started = await startCounting(chatRoomId)
  const recountAt = started.countedAt + RECOUNT_AFTER_MS
  if (now < recountAt) return { cursor: WAITING, done: 0, notBefore: recountAt }
  const cursor: Cursor = { started, startedAt: now, found: 0 }
  return { cursor: JSON.stringify(cursor), done: 0, notBefore: now + SETTLED_MS }
}
