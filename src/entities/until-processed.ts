import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '../errors.ts'

const ATTEMPTS = 5
const BASE_DELAY_MS = 40

/**
 * Runs a DynamoDB batch until nothing is left unprocessed: DynamoDB answers 200 and hands back what it throttled.
 * Full jitter between the rounds (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @throws Unavailable when items are still unprocessed after five rounds.
 */
export async function untilProcessed<Item>(
  items: readonly Item[],
  run: (items: Item[]) => Promise<{ unprocessed: Item[] }>,
): Promise<void> {
  let left = [...items]
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt === ATTEMPTS) throw new Unavailable('unable to finish the batch; the table is throttled')
    if (attempt > 0) await sleep(Math.random() * BASE_DELAY_MS * 2 ** attempt)
    left = (await run(left)).unprocessed
  }
}
