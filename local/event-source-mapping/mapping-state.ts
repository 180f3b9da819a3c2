import { Monitor } from './monitor.ts'

/** State that the parts of one mapping share. */
export class MappingState {
  readonly monitor = new Monitor()
  readonly #abort = new AbortController()
  #paused = false
  #round = 0

  /** Aborts the requests that read the stream. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get closing(): boolean {
    return this.#abort.signal.aborted
  }

  get paused(): boolean {
    return this.#paused
  }

  /**
   * Each `idle` begins a round. A poll of this round or a later one sees everything that was written before it began.
   */
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

  /** Waits until a pause is over. Returns false if the mapping is closing. */
  async mayProceed(): Promise<boolean> {
    await this.monitor.until(() => this.closing || !this.paused)
    return !this.closing
  }
}
