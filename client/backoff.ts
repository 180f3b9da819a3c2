export interface Backoff {
  /** ms */
  minMs: number
  /** ms */
  maxMs: number
}

/**
 * How long to wait before the nth attempt (0 for the first): anywhere between `minMs` and a bound that doubles up to
 * `maxMs`. Full jitter, so that clients cut off together don't come back together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, { minMs, maxMs }: Backoff, random: () => number): number {
  return minMs + random() * Math.max(0, Math.min(maxMs - minMs, minMs * 2 ** attempt))
}

/**
 * How long to wait after the nth refusal (0 for the first): what the server asks for, and backoff on top, so that
 * clients that are refused together don't come back together.
 */
export const waitAfter = (
  { retryAfterMs = 0 }: { retryAfterMs?: number | undefined },
  refusal: number,
  { backoff, random }: { backoff: Backoff; random: () => number },
): number => retryAfterMs + backoffMs(refusal, backoff, random)
