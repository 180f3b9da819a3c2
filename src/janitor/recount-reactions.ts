import { HOUR_MS, type JobRow } from '../entities/job.ts'
import { Unavailable } from '../errors.ts'
import { rollUpReactions } from '../rooms/roll-up-reactions.ts'
import type { Step } from './step.ts'

/** Milliseconds until the next try while others count all the time. */
const BUSY_MS = 5 * 60_000

/**
 * Counts the reactions to a message again from their rows: there are so many that in between only the changes are
 * added. It waits until the hour is over in which they came. AP21, AP102, AP104, AP113.
 */
export async function recountReactions(
  { args, createdAt, cursor = '' }: Pick<JobRow, 'args' | 'cursor' | 'createdAt'>,
  now: number,
): Promise<Step> {
  const notBefore = createdAt + HOUR_MS
  if (now < notBefore) return { cursor, done: 0, notBefore }
  try {
    await rollUpReactions(JSON.parse(args) as { chatRoomId: string; messageId: string })
    return { done: 1 }
  } catch (error) {
    if (error instanceof Unavailable) return { cursor, done: 0, notBefore: now + BUSY_MS }
    throw error
  }
}
