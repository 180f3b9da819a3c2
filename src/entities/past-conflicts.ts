import { setTimeout as sleep } from 'node:timers/promises'
import { isConflict } from './is-transient.ts'

const BASE_DELAY_MS = 20

const ATTEMPTS = 3

/** Waits before what met another request's transaction is tried again, with full jitter. @param attempt from 1 on */
export const pauseAfterConflict = async (attempt: number, random = Math.random): Promise<void> =>
  sleep(random() * BASE_DELAY_MS * 2 ** attempt)

/**
 * Runs a request, and again when DynamoDB refuses it because a transaction is at its item: nothing of it was done. The
 * AWS SDK repeats none of these.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 *
 * @throws Error what was thrown, after three attempts or for any other reason
 */
export async function pastConflicts<R>(run: () => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    }
    await pauseAfterConflict(attempt)
  }
}
