/**
 * Work that was started and that nobody awaits. Whoever closes awaits `ended`, and each failure goes to `onFailure`.
 */
export class Running {
  readonly #tasks = new Set<Promise<void>>()

  /** @param onFailure called with the error of work that rejects; by default the error is ignored */
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

  /** Resolves once no work runs, including work that was started in the meantime. */
  async ended(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks)
  }
}
