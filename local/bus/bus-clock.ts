/** Tells the bus the time and when things are due. Tests use a clock of their own. */
export interface BusClock {
  /** Returns epoch milliseconds. */
  now(): number
  /** Calls `call` once, after `ms` milliseconds. Returns a function that cancels the call. */
  after(ms: number, call: () => void): () => void
}

export const realClock: BusClock = {
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
