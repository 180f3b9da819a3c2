import { Entity } from 'electrodb'
import { RateLimited } from '../errors.ts'
import { client, own, service, table } from './table.ts'

/**
 * How often a user has sent in a window of time. Key: UserId + the window's start. Written only where the deployment
 * sets a limit, `SEND_RATE_LIMIT`.
 *
 * - AP25 `countSend`: may this user send once more now?
 */
export const RateWindow = new Entity(
  {
    model: { entity: 'RateWindow', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      /** Epoch milliseconds. */
      startsAt: { type: 'number', field: 'StartsAt', required: true },
      sends: { type: 'number', field: 'Sends', required: true },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: {
      // Without the prefix `window`, ElectroDB would make the sort key a number, and the table's is a string.
      window: own('rate', ['userId'], ['startsAt'], 'window'),
    },
  },
  { table, client },
)

/** At most so many sends of one user in so many seconds. */
export interface RateLimit {
  sends: number
  seconds: number
}

/**
 * AP25. Counts a send in its window with one conditional write.
 *
 * @param what is counted, for the error's message
 * @throws RateLimited when the window is full; `retryAfterMs` is the time until the next window
 */
export async function countSend(userId: string, limit: RateLimit, now: number, what = 'send'): Promise<void> {
  const length = limit.seconds * 1_000
  const startsAt = Math.floor(now / length) * length
  const { rejected } = await RateWindow.update({ userId, startsAt })
    .add({ sends: 1 })
    .set({ expiresAt: Math.ceil((startsAt + length) / 1_000) })
    .where((row, { notExists, lt }) => `${notExists(row.sends)} OR ${lt(row.sends, limit.sends)}`)
    .go({ returnOnConditionCheckFailure: true })
  if (rejected) {
    const message = `unable to ${what}; the limit is ${limit.sends} in ${limit.seconds} s`
    throw new RateLimited(message, startsAt + length - now)
  }
}
