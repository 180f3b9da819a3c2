import { Entity } from 'electrodb'
import { RateLimited } from '../errors.ts'
import { client, own, service, table } from './table.ts'

/**
 * How often a user has done something in a window of time. Key: UserId + the class of actions + the window's start. It
 * is written only where the deployment sets a limit: `RATE_LIMITS`, `SEND_RATE_LIMIT`, `SERVER_RATE_LIMIT`.
 *
 * - AP25 `countUse`: may this user do it once more now?
 */
export const RateWindow = new Entity(
  {
    model: { entity: 'RateWindow', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      /** Such as `send`. */
      rateClass: { type: 'string', field: 'RateClass', required: true },
      /** Epoch milliseconds. */
      startsAt: { type: 'number', field: 'StartsAt', required: true },
      uses: { type: 'number', field: 'Uses', required: true },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: {
      // Without the prefix `window`, ElectroDB would make the sort key a number, and the table's is a string.
      window: own('rate', ['userId'], ['rateClass', 'startsAt'], 'window'),
    },
  },
  { table, client },
)

/** The limit of one user: `uses` in `seconds`. */
export interface RateLimit {
  uses: number
  seconds: number
}

/**
 * The end of each window that is known to be full, in epoch milliseconds. Until then, uses are refused without a
 * request.
 */
const full = new Map<string, number>()
/** An entry has some 100 bytes. */
const MAX_FULL = 10_000

/**
 * AP25. Counts a use in its window with one conditional write, or with none if this instance knows that the window is
 * full.
 *
 * @param use `what` is what the user does, for the error message
 * @throws RateLimited when the window is full; `retryAfterMs` is the time until the next window
 */
export async function countUse(
  { userId, rateClass, what }: { userId: string; rateClass: string; what: string },
  limit: RateLimit,
  now: number,
): Promise<void> {
  const length = limit.seconds * 1_000
  const startsAt = Math.floor(now / length) * length
  const endsAt = startsAt + length
  const window = JSON.stringify([userId, rateClass])
  const tooMany = () =>
    new RateLimited(`unable to ${what}; the limit is ${limit.uses} in ${limit.seconds} s`, endsAt - now)
  if (full.get(window) === endsAt) throw tooMany()
  const { rejected } = await RateWindow.update({ userId, rateClass, startsAt })
    .add({ uses: 1 })
    .set({ expiresAt: Math.ceil(endsAt / 1_000) })
    .where((row, { notExists, lt }) => `${notExists(row.uses)} OR ${lt(row.uses, limit.uses)}`)
    .go({ returnOnConditionCheckFailure: true })
  if (!rejected) return
  if (full.size >= MAX_FULL) full.clear()
  full.set(window, endsAt)
  throw tooMany()
}
