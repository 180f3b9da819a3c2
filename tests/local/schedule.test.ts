import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Schedule } from '../../local/schedule.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Creates a schedule whose runs end when the test ends them. */
function given(results: ({ next?: number } | undefined)[] = []) {
  const ends: (() => void)[] = []
  const run = vi.fn(
    () =>
      new Promise<{ next?: number } | undefined>((resolve) => {
        ends.push(() => resolve(results.shift()))
      }),
  )
  return { schedule: new Schedule({ everyMs: 300_000, run }), run, end: () => ends.shift()!() }
}

test('calls by the clock', async () => {
  const { schedule, run, end } = given()
  await vi.advanceTimersByTimeAsync(299_999)
  expect(run).toHaveBeenCalledTimes(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(run).toHaveBeenCalledTimes(1)
  end()
  await schedule.close()
})

test('wakes at once, never twice at the same time, and once more for all that came meanwhile', async () => {
  const { schedule, run, end } = given()
  schedule.wake()
  schedule.wake()
  schedule.wake()
  expect(run).toHaveBeenCalledTimes(1)
  end()
  await vi.advanceTimersByTimeAsync(0)
  expect(run).toHaveBeenCalledTimes(2)
  end()
  await schedule.idle()
  expect(run).toHaveBeenCalledTimes(2)
  await schedule.close()
})

test('wakes when a run has said there will be something to do, and not after it was closed', async () => {
  const { schedule, run, end } = given([{ next: Date.now() + 60_000 }, { next: Date.now() + 120_000 }])
  schedule.wake()
  end()
  await schedule.idle()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(run).toHaveBeenCalledTimes(2)
  end()
  await schedule.close()
  await vi.advanceTimersByTimeAsync(600_000)
  schedule.wake()
  expect(run).toHaveBeenCalledTimes(2)
})
