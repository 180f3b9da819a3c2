/** When things become due; tests have one of their own. */
export interface BusClock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls once, so many milliseconds from now. Returns a function that calls it off. */
  after(ms: number, call: () => void): () => void
}

export const realClock: BusClock = {
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
