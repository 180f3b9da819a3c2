/** A simulated process. It yields the milliseconds for which it waits, and continues after that time. */
export type Process<Result = void> = Generator<number, Result, void>

interface Entry {
  atMs: number
  process: Process
}

/** Simulated time. Continues the process whose wait ends first, and sets the clock to that moment. */
export class Agenda {
  #nowMs = 0
  /** A binary heap: no entry is due later than its children, which are at 2i + 1 and 2i + 2. */
  readonly #entries: Entry[] = []

  get nowMs(): number {
    return this.#nowMs
  }

  start(process: Process, afterMs = 0): void {
    this.#push({ atMs: this.#nowMs + afterMs, process })
  }

  /** Runs until every process has ended, or until this moment. */
  run(untilMs: number): void {
    for (let entry = this.#pop(); entry && entry.atMs <= untilMs; entry = this.#pop()) {
      this.#nowMs = entry.atMs
      const { done, value } = entry.process.next()
      if (done !== true) this.start(entry.process, value)
    }
  }

  #push(entry: Entry): void {
    const entries = this.#entries
    let at = entries.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (entries[parent]!.atMs <= entry.atMs) break
      entries[at] = entries[parent]!
      at = parent
    }
    entries[at] = entry
  }

  #pop(): Entry | undefined {
    const entries = this.#entries
    const first = entries[0]
    const last = entries.pop()
    if (first === undefined || last === undefined || entries.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= entries.length) break
      if (child + 1 < entries.length && entries[child + 1]!.atMs < entries[child]!.atMs) child++
      if (last.atMs <= entries[child]!.atMs) break
      entries[at] = entries[child]!
      at = child
    }
    entries[at] = last
    return first
  }
}
