import type { Action, Reply } from '../protocol/actions.ts'
import { backoffMs } from './backoff.ts'
import { sleep } from './clock.ts'
import type { Connection } from './connection.ts'
import { ChatError } from './errors.ts'
import type { Settings } from './options.ts'
import type { Frame } from './wire.ts'

/** Answers that ask for another try, before the last one is given to the caller. Lost connections don't count. */
const TRIES = 5

/** Asks until there is an answer worth having; waits for a connection as long as one is being sought. */
export async function askPatiently<A extends Action>(
  connection: Connection,
  frame: Frame<A>,
  { backoff, random, clock }: Settings,
): Promise<Reply<A>> {
  for (let tries = 0; ;) {
    await connection.ready()
    try {
      return await connection.once(frame)
    } catch (error) {
      if (!(error instanceof ChatError) || !error.retryable) throw error
      if (error.code === 'disconnected') continue
      if (++tries === TRIES) throw error
      await sleep(clock, error.retryAfterMs ?? backoffMs(tries, backoff, random))
    }
  }
}
