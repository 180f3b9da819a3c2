type Listener<T> = (payload: T) => unknown

/** Typed events. A listener that throws, or whose promise rejects, is reported and harms nobody else. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>()
  readonly #report: (error: unknown) => void

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** Answers with what ends the listening. */
  on<N extends keyof Events>(name: N, listener: Listener<Events[N]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // A wrapper of its own, so that a function given twice is called twice and ended once.
    const entry: Listener<Events[N]> = (payload) => listener(payload)
    listeners.add(entry)
    return () => listeners.delete(entry)
  }

  emit<N extends keyof Events>(name: N, payload: Events[N]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])] as Listener<Events[N]>[]) {
      try {
        const result = listener(payload)
        if (result instanceof Promise) result.catch(this.#report)
      } catch (error) {
        this.#report(error)
      }
    }
  }
}
