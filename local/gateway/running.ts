/** Work that was started and that nobody awaits: kept, so that closing can wait for it and no failure goes unheard. */
export class Running {
  readonly #tasks = new Set<Promise<void>>()

  constructor(private readonly onFailure: (error: unknown) => void) {}

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
