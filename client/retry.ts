import { waitAfter } from './backoff.ts'
import { sleep } from './clock.ts'
import { ChatError } from './errors.ts'
import type { ResolvedOptions } from './options.ts'

/** Failures with an answer before the last one is given to the caller. Lost connections don't count. */
const MAX_TRIES = 5
/** Lost connections, so that a request that ends every connection ends too. Messages wait for as long as it takes. */
const MAX_LOST = 20

/** The longest wait that a server may ask for: slow mode may take hours, and nobody waits for those. */
const MAX_WAIT_MS = 30_000

interface RetryHooks {
  /** Runs before each attempt. When it rejects, there are no more attempts. */
  prepare?: () => Promise<void>
  /** Ends the attempts and the waits between them. */
  signal?: AbortSignal | undefined
}

/**
 * Runs `attempt` until it succeeds, fails for good or has failed five times. Between two attempts it waits with
 * backoff, and before that for the server's `retryAfterMs`, if that is at most 30 s; after a lost connection it doesn't
 * wait and doesn't count, but with `prepare` it ends after twenty.
 *
 * The first attempt starts synchronously when there is no `prepare`.
 *
 * @throws the last error of `attempt`, the error of `prepare`, or the reason of `signal`
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  options: Pick<ResolvedOptions, 'backoff' | 'random' | 'clock'>,
  { prepare, signal }: RetryHooks = {},
): Promise<T> {
  for (let tries = 0, lost = 0; ;) {
    if (prepare) await prepare()
    signal?.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ChatError) || !error.retryable) throw error
      if (error.code === 'disconnected') {
        if (prepare && ++lost === MAX_LOST) throw error
        continue
      }
      if (++tries === MAX_TRIES || (error.retryAfterMs ?? 0) > MAX_WAIT_MS) throw error
      await sleep(options.clock, waitAfter(error, tries, options), signal)
    }
  }
}
