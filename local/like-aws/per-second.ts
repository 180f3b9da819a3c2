/** Counts calls in each second of the clock, by key. */
export class PerSecond {
  readonly #most: number
  readonly #now: () => number
  #second = 0
  readonly #counts = new Map<string, number>()

  /** @param most the number of calls per second that is still allowed */
  constructor(most: number, now: () => number = Date.now) {
    this.#most = most
    this.#now = now
  }

  /** Counts a call. Returns whether it exceeds the limit of its second. */
  isOver(key = ''): boolean {
    const second = Math.floor(this.#now() / 1_000)
    if (second !== this.#second) this.#counts.clear()
    this.#second = second
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return count > this.#most
  }
}
