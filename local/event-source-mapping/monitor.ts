/**
 * Waits for conditions on shared state. Whoever changes the state calls `notify`, which checks all waiting conditions.
 */
export class Monitor {
  readonly #waiting = new Set<() => void>()

  /** Tells that the state has changed. */
  notify(): void {
    for (const look of [...this.#waiting]) look()
  }

  /** Resolves when the condition holds, or after `timeoutMs` if it doesn't. */
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
