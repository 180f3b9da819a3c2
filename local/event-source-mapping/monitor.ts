/**
 * Waits for a condition over shared state. Each change of the state calls `notify`, and the waiting conditions are
 * checked.
 */
export class Monitor {
  readonly #waiting = new Set<() => void>()

  /** The state has changed. */
  notify(): void {
    for (const look of [...this.#waiting]) look()
  }

  /** Resolves when the condition holds, or after `timeoutMs` without it. */
  until(condition: () => boolean, timeoutMs?: number): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => done(), timeoutMs)
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve()
      }
      const look = () => {
        if (condition()) done()
      }
      this.#waiting.add(look)
    })
  }
}
