import { optional, wholeNumber } from '../../env.ts'
import type { PostOutcome, PostFrame } from './post-frame.ts'

/** Timeout of an attempt. On AWS, a healthy post takes a few milliseconds. */
const ATTEMPT_TIMEOUT_MS = optional('POST_TIMEOUT_MS', wholeNumber({ from: 4, to: 60_000 })) ?? 2_000
/** Timeout of an attempt after the deadline, by default 500 ms: still enough to open 256 sockets at once. */
const BRIEF_TIMEOUT_MS = ATTEMPT_TIMEOUT_MS / 4
const ATTEMPTS = 4
const BASE_DELAY_MS = 50

/**
 * Returns the outcome of a post that rejected with `error`. The status decides, because the SDK's error has a name only
 * if the gateway sends the error-type header, which not every gateway does. A timeout has no status.
 */
export function outcomeOf(error: unknown): Exclude<PostOutcome, 'delivered'> {
  const { name, code, $metadata } = error as { name?: string; code?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  if (status === 410 || name === 'GoneException') return 'gone'
  if (status === 429) return 'throttled'
  // The SDK gives a broken socket the same name. Sockets break when they stay open while the function is paused.
  if (name === 'TimeoutError' && code !== 'ECONNRESET' && code !== 'EPIPE') return 'slow'
  return 'failed'
}

/** Whether a retry may succeed. A 403 or a 413 would be the same the next time. */
function mayPass(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
  return status === undefined || status === 429 || status >= 500
}

/**
 * Posts a frame; never rejects. A 429, a 5xx or a broken socket is retried, with four attempts in all and full jitter
 * between them. A post that timed out is not retried, because it would take a place from recipients that respond.
 *
 * @param deadline epoch milliseconds: no retry starts after it, and an attempt lasts at most a quarter of its timeout
 *   beyond it
 * @param random returns a number from 0 to 1, as `Math.random` does
 */
export async function postWithRetry(
  post: PostFrame,
  connectionId: string,
  frame: Uint8Array,
  deadline: number,
  random: () => number = Math.random,
): Promise<{ outcome: PostOutcome; error?: unknown }> {
  for (let attempt = 1; ; attempt++) {
    try {
      await post(connectionId, frame, timeoutBefore(deadline))
      return { outcome: 'delivered' }
    } catch (error) {
      const outcome = outcomeOf(error)
      const delay = random() * BASE_DELAY_MS * 2 ** attempt
      if (outcome === 'slow' || !mayPass(error) || attempt === ATTEMPTS || Date.now() + delay > deadline) {
        return { outcome, error }
      }
      await new Promise((resolve) => setTimeout(resolve, delay))
    }
  }
}

const timeoutBefore = (deadline: number): number =>
  Math.min(ATTEMPT_TIMEOUT_MS, Math.max(BRIEF_TIMEOUT_MS, deadline - Date.now()))
