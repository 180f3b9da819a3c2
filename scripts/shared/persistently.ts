import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '../../src/entities/is-transient.ts'
import { Unavailable } from '../../src/errors.ts'

/** Number of tries while the table is throttled or out of reach, with up to 16 s between them. */
const TRIES = 8

/**
 * Repeats work that fails because the table is throttled or out of reach.
 *
 * @throws the error of the last try, or any error that a retry can't help
 */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === TRIES || !(error instanceof Unavailable || isTransient(error))) throw error
      await sleep(125 * 2 ** tries)
    }
  }
}
