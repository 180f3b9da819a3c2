import { setTimeout as sleep } from 'node:timers/promises'
import { isConflict } from './is-transient.ts'

const BASE_DELAY_MS = 20

const ATTEMPTS = 3

/**
 * Waits before the next attempt of a request that met another request's transaction: with full jitter, up to 40 ms
 * after the first attempt and twice as long after each further one. @param attempt the attempt that failed, from 1
 */
export const pauseAfterConflict = async (attempt: number, random = Math.random): Promise<void> =>
  sleep(random() * BASE_DELAY_MS * 2 ** attempt)

/**
 * Runs a request, up to three times if DynamoDB refuses it because a transaction is writing the same item. A refused
 * request has changed nothing. The AWS SDK doesn't retry these errors.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 *
 * @throws Error the request's error, after three attempts or for any other reason
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
