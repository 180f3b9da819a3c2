/** A connection is replaced this long before it ends, or a fifth of its life if that is shorter. */
const MARGIN_MS = 60_000
/** A random share of this time is subtracted too, so that clients that connected together don't renew together. */
const SPREAD_MS = 240_000
/** The shortest wait before a renewal. Tokens that are almost expired would otherwise cause renewals in a loop. */
const LEAST_MS = 1_000

/**
 * Returns how long to wait before a connection is replaced, in milliseconds.
 *
 * @param lifeMs how long the connection will last, until the gateway closes it or its token expires
 * @param random returns a number from 0 to 1
 */
export function renewalMs(lifeMs: number, random: () => number): number {
  const margin = Math.min(MARGIN_MS, lifeMs / 5)
  return Math.max(LEAST_MS, lifeMs - margin - random() * Math.min(SPREAD_MS, lifeMs / 5))
}
