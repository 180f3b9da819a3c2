import { availableParallelism, loadavg } from 'node:os'
import { TestRunner, type RunnerTestCase } from 'vitest'

/** Milliseconds that a test without its own `timeout` may take on an otherwise idle machine. */
const DEADLINE_MS = 60_000
const TICK_MS = 1_000

// Taken before a test replaces them.
const { setInterval, clearInterval } = globalThis

/**
 * Ends a test that hangs. Its deadline follows the load of the machine: with three processes for every core, a second
 * counts as a third of one. vitest's own `testTimeout` can't do this, because it is fixed before the test starts.
 */
export default class PatientRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    let interval: NodeJS.Timeout | undefined
    const deadline = new Promise<never>((_, reject) => {
      const deadlineMs = test.timeout || DEADLINE_MS
      let leftMs = deadlineMs
      interval = setInterval(() => {
        leftMs -= TICK_MS / slowness()
        if (leftMs <= 0)
          reject(new Error(`the test hangs: it took longer than ${deadlineMs / 1_000} s of a machine at rest`))
      }, TICK_MS)
    })
    try {
      await Promise.race([TestRunner.getTestFn(test)(), deadline])
    } finally {
      clearInterval(interval)
    }
  }
}

/**
 * Returns how many processes wait for each core, on average over the last minute. On Windows, which has no such figure,
 * returns 1.
 */
const slowness = (): number => Math.max(1, loadavg()[0]! / availableParallelism())
