import { Unavailable } from '../errors.ts'
import { pauseAfterConflict } from './past-conflicts.ts'

const ATTEMPTS = 5

interface Result {
  canceled: boolean
  data: readonly { code: string }[]
}

/**
 * Runs a write transaction, and again when DynamoDB cancels it because another request is at one of its items, with
 * full jitter. The AWS SDK repeats no cancelled transaction.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 *
 * @param what for the error message: "unable to `what`; …"
 * @returns what the transaction returned: it was made, or a condition of it failed
 * @throws Unavailable when it was cancelled for any other reason, or by conflicts five times: nothing was written
 */
export async function transact<R extends Result>(
  what: string,
  run: () => Promise<R>,
  random = Math.random,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    const result = await run()
    const codes = result.data.map(({ code }) => code)
    if (!result.canceled || codes.includes('ConditionalCheckFailed')) return result
    if (!codes.includes('TransactionConflict') || attempt === ATTEMPTS) {
      throw new Unavailable(`unable to ${what}; the transaction was cancelled`)
    }
    await pauseAfterConflict(attempt, random)
  }
}
