import type { Clock } from '../../client/clock.ts'

/** A clock that advances only when a test tells it to. */
export class VirtualClock implements Clock {
  #now = 1_767_225_600_000
  #last = 0
  readonly #timers = new Map<number, { at: number; run: () => void }>()

  now(): number {
    return this.#now
  }

  /** Number of timers that are waiting. */
  get timers(): number {
    return this.#timers.size
  }

  setTimeout(run: () => void, ms: number): number {
    this.#timers.set(++this.#last, { at: this.#now + ms, run })
    return this.#last
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number)
  }

  /** Advances the clock by this much. Everything due in between happens at its own time. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settled()
    for (;;) {
      const [next] = [...this.#timers].filter(([, { at }]) => at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b)
      if (!next) break
      this.#timers.delete(next[0])
      this.#now = next[1].at
      next[1].run()
      await settled()
    }
    this.#now = end
  }
}

/** Resolves when no promise has work left. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
