import type { PostOutcome, PostFrame } from './post-frame.ts'

/** An attempt is given up after this: a healthy post takes a few milliseconds. */
export const ATTEMPT_TIMEOUT_MS = 2_000
/** What an attempt is given when there is no more time: still enough for 256 sockets to be opened at once. */
export const BRIEF_TIMEOUT_MS = 500
const ATTEMPTS = 4
const BASE_DELAY_MS = 50

/**
 * By the status alone: without the error-type header, which not every gateway sends, the SDK's error has no name.
 * A timeout has no status.
 */
export function outcomeOf(error: unknown): Exclude<PostOutcome, 'delivered'> {
  const { name, code, $metadata } = error as { name?: string; code?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  if (status === 410 || name === 'GoneException') return 'gone'
  if (status === 429) return 'throttled'
  // The SDK calls a broken socket a timeout too: as is every socket that was kept over a function's pause.
  if (name === 'TimeoutError' && code !== 'ECONNRESET' && code !== 'EPIPE') return 'slow'
  return 'failed'
}

/** 413 and 403 stay what they are, however often one asks. */
function mayPass(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
  return status === undefined || status === 429 || status >= 500
}

/**
 * Posts a frame with retries: 429, 5xx and broken sockets up to four times with full jitter. None begins after `deadline`
 * (epoch milliseconds), and an attempt runs into it by no more than the brief timeout. A recipient that lets an attempt
 * time out is not asked again: it would hold its place against those who answer.
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
