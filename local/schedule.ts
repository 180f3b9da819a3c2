import type { Closable } from './contracts.ts'

interface ScheduleOptions {
  everyMs: number
  /** Resolves with the time of the next work in epoch milliseconds, if it is known. */
  run: () => Promise<{ next?: number } | undefined>
}

/** Calls `run` by the clock, and earlier if woken. Two runs never overlap. */
export class Schedule implements Closable {
  readonly #run: ScheduleOptions['run']
  readonly #clock: NodeJS.Timeout
  #next: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isWoken = false
  #closed = false

  constructor({ everyMs, run }: ScheduleOptions) {
    this.#run = run
    this.#clock = setInterval(() => this.wake(), everyMs)
  }

  /** Begins a run. If one is under way, another follows it. */
  wake(): void {
    if (this.#closed) return
    this.#isWoken = true
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined
    })
  }

  async #work(): Promise<void> {
    while (this.#isWoken && !this.#closed) {
      this.#isWoken = false
      clearTimeout(this.#next)
      const { next } = (await this.#run()) ?? {}
      if (next !== undefined && !this.#closed) {
        this.#next = setTimeout(() => this.wake(), Math.max(0, next - Date.now()))
      }
    }
  }

  /** Resolves when no run is under way. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#clock)
    clearTimeout(this.#next)
    await this.#running
  }
}
