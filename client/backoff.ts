/** The bounds of the wait between two attempts. */
export interface Backoff {
  /** The shortest wait, in milliseconds. */
  minMs: number
  /** The longest wait, in milliseconds. */
  maxMs: number
}

/**
 * Returns how long to wait before an attempt, in milliseconds: a random time between `minMs` and a bound that doubles
 * with each attempt, up to `maxMs`. The jitter keeps clients that were disconnected together from coming back together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param attempt 0 for the first
 * @param random returns a number from 0 to 1
 */
export function backoffMs(attempt: number, { minMs, maxMs }: Backoff, random: () => number): number {
  return minMs + random() * Math.max(0, Math.min(maxMs - minMs, minMs * 2 ** attempt))
}

/**
 * Returns how long to wait after a refusal, in milliseconds: the time that the server asks for, and the backoff in
 * addition, so that clients that are refused together don't come back together.
 *
 * @param refusal 0 for the first
 */
export const waitAfter = (
  { retryAfterMs = 0 }: { retryAfterMs?: number | undefined },
  refusal: number,
  { backoff, random }: { backoff: Backoff; random: () => number },
): number => retryAfterMs + backoffMs(refusal, backoff, random)
