/**
 * Tracks how far a shard is processed. Records finish in any order; the checkpoint is the last record before the first
 * unfinished one.
 */
export class Progress {
  readonly #open: { sequenceNumber: string; finished: boolean }[] = []
  readonly #onAdvance: (checkpoint: string) => void
  #added = 0

  /** @param onAdvance called with each new checkpoint: everything up to it is processed */
  constructor(onAdvance: (checkpoint: string) => void) {
    this.#onAdvance = onAdvance
  }

  /** Adds the next record, in the stream's order. Returns the function that marks it as finished. */
  add(sequenceNumber: string): () => void {
    const entry = { sequenceNumber, finished: false }
    this.#open.push(entry)
    this.#added += 1
    return () => {
      entry.finished = true
      this.#advance()
    }
  }

  /** Number of records added so far. */
  get added(): number {
    return this.#added
  }

  /** Number of records up to the checkpoint. */
  get through(): number {
    return this.#added - this.#open.length
  }

  #advance(): void {
    const end = this.#open.findIndex(({ finished }) => !finished)
    const row = this.#open.splice(0, end === -1 ? this.#open.length : end)
    const last = row.at(-1)
    if (last !== undefined) this.#onAdvance(last.sequenceNumber)
  }
}
