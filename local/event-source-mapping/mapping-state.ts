import { Monitor } from './monitor.ts'

/** What the parts of one mapping share. */
export class MappingState {
  readonly monitor = new Monitor()
  readonly #abort = new AbortController()
  #paused = false
  #round = 0

  /** Ends requests that only read. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get closing(): boolean {
    return this.#abort.signal.aborted
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Grows with each wish to know what is in the stream now: a poll of this round or a later one has seen it. */
  get round(): number {
    return this.#round
  }

  nextRound(): number {
    this.#round += 1
    this.monitor.notify()
    return this.#round
  }

  setPaused(paused: boolean): void {
    this.#paused = paused
    this.monitor.notify()
  }

  close(): void {
    this.#abort.abort()
    this.monitor.notify()
  }

  /** Waits out a pause; answers `false` once the mapping is closing. */
  async running(): Promise<boolean> {
    await this.monitor.until(() => this.closing || !this.paused)
    return !this.closing
  }
}
