/** The time and the timers that a client uses, in ms. Tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970; may be set while the client runs. */
  now(): number
  /** A clock that nobody sets, for intervals. Default: `now`. */
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

/** The moment, in ms, to subtract another one from; from an unknown start. */
export const ticks = (clock: Clock): number => clock.monotonic?.() ?? clock.now()

/** The ms since that moment of `ticks`; Infinity when the clock has been set back meanwhile. */
export function elapsed(clock: Clock, since: number): number {
  const ms = ticks(clock) - since
  return ms < 0 ? Infinity : ms
}

/** At most one pending call: starting the timer again replaces it. */
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

/** Resolves after `ms`. @throws the reason of `signal`, when it is aborted before */
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
