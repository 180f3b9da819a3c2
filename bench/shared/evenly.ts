import { setTimeout as sleep } from 'node:timers/promises'

/** Acts so many times, at an even rate. If it falls behind, it catches up. */
export async function evenly(times: number, perSecond: number, act: (i: number) => void): Promise<void> {
  const startedAt = performance.now()
  for (let i = 0; i < times; i++) {
    const due = startedAt + (i * 1_000) / perSecond
    if (due > performance.now()) await sleep(due - performance.now())
    act(i)
  }
}
