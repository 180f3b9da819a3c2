import { HOUR_MS, type JobRow } from '../entities/job.ts'
import { Unavailable } from '../errors.ts'
import { rollUpReactions } from '../rooms/roll-up-reactions.ts'
import type { Step } from './step.ts'

/** Milliseconds until the next attempt, while others keep writing the count. */
const BUSY_MS = 5 * 60_000

/**
 * Counts the reactions to a message again from their rows. A message with very many reactions only has changes added to
 * its count, which may drift. The job waits until the hour in which the reactions came is over. AP21, AP102, AP104,
 * AP113.
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
