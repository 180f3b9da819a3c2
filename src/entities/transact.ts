import { Unavailable } from '../errors.ts'
import { pauseAfterConflict } from './past-conflicts.ts'

const ATTEMPTS = 5

interface Result {
  canceled: boolean
  data: readonly { code: string }[]
}

/**
 * Runs a write transaction. Repeats it, with full jitter, if DynamoDB cancels it because another request is writing one
 * of its items. The AWS SDK doesn't repeat cancelled transactions.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 *
 * @param what completes the error message: "unable to `what`; …"
 * @returns the transaction's result: it was made, or one of its conditions failed
 * @throws Unavailable when it was cancelled for any other reason, or by conflicts five times; nothing was written
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
