import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from '../../src/entities/is-transient.ts'
import { Unavailable } from '../../src/errors.ts'

/** How often something is tried while the table is throttled or out of reach, with up to 16 s in between. */
const TRIES = 8

/** @throws what the last try threw, or any that it is no use to repeat */
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
