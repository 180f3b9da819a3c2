/** Time as the client needs it, in milliseconds; tests bring their own. */
export interface Clock {
  now(): number
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/** One thing to be done later, at most: starting it again replaces what was to be done. */
export class Timer {
  readonly #clock: Clock
  #timer: unknown

  constructor(clock: Clock) {
    this.#clock = clock
  }

  start(ms: number, run: () => void): void {
    this.stop()
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      run()
    }, ms)
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/** Rejects with its reason when `signal` is aborted. */
export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const timer = new Timer(clock)
    const abort = () => {
      timer.stop()
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', abort, { once: true })
    timer.start(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
  })
