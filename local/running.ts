/** Work that was started and that nobody awaits. Closing waits for it, and none of its failures is lost. */
export class Running {
  readonly #tasks = new Set<Promise<void>>()

  /** @param onFailure called with the error of work that rejects; by default the error is left to the caller */
  constructor(private readonly onFailure: (error: unknown) => void = () => {}) {}

  track(work: Promise<unknown>): void {
    const task: Promise<void> = work.then(
      () => {
        this.#tasks.delete(task)
      },
      (error: unknown) => {
        this.#tasks.delete(task)
        this.onFailure(error)
      },
    )
    this.#tasks.add(task)
  }

  /** Resolves once nothing runs, including what was started meanwhile. */
  async ended(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks)
  }
}
