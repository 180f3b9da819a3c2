/** The time and the timers that a client uses, in milliseconds. Tests pass their own. */
export interface Clock {
  /** Returns the time in epoch milliseconds. The user may set this clock while the client runs. */
  now(): number
  /** Returns the time of a clock that nobody can set, for measuring intervals. Default: `now`. */
  monotonic?(): number
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/** Returns the current time in milliseconds since an arbitrary moment, for measuring intervals. See `elapsed`. */
export const ticks = (clock: Clock): number => clock.monotonic?.() ?? clock.now()

/**
 * Returns how many milliseconds have passed, or Infinity if the clock has been set back since.
 *
 * @param since an earlier result of `ticks`
 */
export function elapsed(clock: Clock, since: number): number {
  const ms = ticks(clock) - since
  return ms < 0 ? Infinity : ms
}

/** A timer with at most one pending call. Starting it again replaces that call. */
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

/**
 * Resolves after `ms` milliseconds.
 *
 * @throws the reason of `signal` when it is aborted earlier
 */
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
