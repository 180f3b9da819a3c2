import { waitAfter } from './backoff.ts'
import { sleep } from './clock.ts'
import { ChatError } from './errors.ts'
import type { ResolvedOptions } from './options.ts'

/** A request is given up after this many failures. Lost connections don't count. */
const MAX_TRIES = 5
/**
 * With `prepare`, a request is also given up after this many lost connections, because the request itself may be what
 * ends them. Messages are sent without `prepare` and wait for as long as it takes.
 */
const MAX_LOST = 20

/** The longest wait that a server may ask for. Slow mode may ask for hours, and no caller would wait for that. */
const MAX_WAIT_MS = 30_000

interface RetryHooks {
  /** Runs before each attempt. If it rejects, there are no more attempts. */
  prepare?: () => Promise<void>
  /** Ends the attempts and the waits between them when it is aborted. */
  signal?: AbortSignal | undefined
}

/**
 * Runs `attempt` until it succeeds, fails with an error that isn't retryable, or has failed five times. Between two
 * attempts it waits for the server's `retryAfterMs` plus the backoff. It gives up if `retryAfterMs` is more than 30
 * seconds. A lost connection doesn't count as a failure and is followed by the next attempt at once; with `prepare`,
 * `retry` gives up after twenty of them.
 *
 * Without `prepare` the first attempt starts synchronously.
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
