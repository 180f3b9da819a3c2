import { getRoom } from '../entities/chat-room.ts'
import { noteMemberCount } from '../entities/chat-room-details.ts'
import type { JobRow } from '../entities/job.ts'
import { countPage, endCounting, type SizeRow, startCounting } from '../entities/room-size.ts'
import { SETTLED_MS } from './purge-room.ts'
import type { Step } from './step.ts'

/** The job's cursor, as JSON. */
interface Cursor {
  /** The counter when the count started. */
  started: SizeRow
  /** The members that were found so far. */
  found: number
  /** Where the next page begins; absent for the first one. */
  next?: string
}

/**
 * Counts the members of a large room, page by page. Joins are counted from the start on. The first page is read a
 * minute later, when every member is either in the table or among those joins. Whoever joins meanwhile is counted
 * twice, so the counter is an upper bound. AP5, AP83, AP84, AP85, AP161.
 */
export async function countMembers({ args, cursor }: Pick<JobRow, 'args' | 'cursor'>, now: number): Promise<Step> {
  const { chatRoomId } = JSON.parse(args) as { chatRoomId: string }
  if ((await getRoom(chatRoomId)) === undefined) return { done: 0 }
  if (cursor === undefined) return start(chatRoomId, now)
  const { started, found: before, next: from } = JSON.parse(cursor) as Cursor
  const notBefore = started.countedAt + SETTLED_MS
  if (now < notBefore) return { cursor, done: 0, notBefore }
  const { found: more, next } = await countPage(chatRoomId, from)
  const found = before + more
  if (next !== undefined) return { cursor: JSON.stringify({ started, found, next } satisfies Cursor), done: more }
  // Somebody else has started a count, which has changed the counter.
  if (!(await endCounting(started, found, now))) return start(chatRoomId, now)
  await noteMemberCount(chatRoomId, found)
  return { done: more }
}

async function start(chatRoomId: string, now: number): Promise<Step> {
  const cursor: Cursor = { started: await startCounting(chatRoomId, now), found: 0 }
  return { cursor: JSON.stringify(cursor), done: 0, notBefore: now + SETTLED_MS }
}
