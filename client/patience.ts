import type { Action, Reply } from '../src/protocol/actions.ts'
import { backoffMs } from './backoff.ts'
import { sleep } from './clock.ts'
import type { Connection } from './connection.ts'
import { ChatError } from './errors.ts'
import type { Settings } from './options.ts'
import type { Frame } from './wire.ts'

/** Failures that ask for another try, before the last one is given to the caller. Lost connections don't count. */
const TRIES = 5

/** Asks until there is an answer worth having; waits for a connection as long as one is being sought. */
export const askPatiently = <A extends Action>(
  connection: Connection,
  frame: Frame<A>,
  settings: Settings,
  signal?: AbortSignal,
): Promise<Reply<A>> =>
  tryPatiently(
    () => connection.ready(),
    () => connection.once(frame),
    settings,
    signal,
  )

/**
 * Prepares and attempts, again and again as long as the attempt's failure is retryable; a preparation that fails ends
 * it, and so does `signal` before the next step.
 */
export async function tryPatiently<P, T>(
  prepare: () => Promise<P>,
  attempt: (prepared: P) => Promise<T>,
  { backoff, random, clock }: Settings,
  signal?: AbortSignal,
): Promise<T> {
  for (let tries = 0; ;) {
    const prepared = await prepare()
    signal?.throwIfAborted()
    try {
      return await attempt(prepared)
    } catch (error) {
      if (!(error instanceof ChatError) || !error.retryable) throw error
      if (error.code === 'disconnected') continue
      if (++tries === TRIES) throw error
      await sleep(clock, error.retryAfterMs ?? backoffMs(tries, backoff, random), signal)
    }
  }
}
