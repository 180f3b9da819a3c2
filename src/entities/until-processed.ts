import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '../errors.ts'

const MAX_ROUNDS = 5
const BASE_DELAY_MS = 40

/**
 * Runs a DynamoDB batch until no item is left unprocessed.
 *
 * @param run makes one request, or several at once, and returns the items that are to be tried again
 * @param random returns a number from 0 to 1, as `Math.random` does
 * @throws Unavailable when items are still unprocessed after five rounds
 */
export async function untilProcessed<Item>(
  items: readonly Item[],
  run: (items: Item[]) => Promise<{ unprocessed: Item[] }>,
  random: () => number = Math.random,
): Promise<void> {
  const left = await leftUnprocessed(items, run, random)
  if (left.length > 0) throw new Unavailable('unable to finish the batch; the table is throttled')
}

/**
 * Runs a DynamoDB batch until no item is left unprocessed, at most five times, because DynamoDB returns 200 together
 * with the items that it throttled. Waits between the rounds with full jitter: up to 80 ms, then 160, 320 and 640
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param run makes one request, or several at once, and returns the items that are to be tried again
 * @param random returns a number from 0 to 1, as `Math.random` does
 * @returns the items that are still unprocessed
 */
export async function leftUnprocessed<Item>(
  items: readonly Item[],
  run: (items: Item[]) => Promise<{ unprocessed: Item[] }>,
  random: () => number = Math.random,
): Promise<Item[]> {
  let left = [...items]
  for (let round = 0; left.length > 0 && round < MAX_ROUNDS; round++) {
    if (round > 0) await sleep(random() * BASE_DELAY_MS * 2 ** round)
    left = (await run(left)).unprocessed
  }
  return left
}
