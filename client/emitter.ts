type Listener<T> = (payload: T) => unknown

/** Emits typed events. If a listener throws or its promise rejects, the error is reported and the others still run. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>()
  readonly #followers = new Set<(name: keyof Events, payload: never) => void>()
  readonly #report: (error: unknown) => void

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** Adds a listener. Returns a function that removes it. */
  on<N extends keyof Events>(name: N, listener: Listener<Events[N]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // A new wrapper for each call, so that a function that is added twice is called twice and removed separately.
    const entry: Listener<Events[N]> = (payload) => listener(payload)
    listeners.add(entry)
    return () => listeners.delete(entry)
  }

  /** Adds a listener for the next event of that name only. Returns a function that removes it earlier. */
  once<N extends keyof Events>(name: N, listener: Listener<Events[N]>): () => void {
    const stop = this.on(name, (payload) => {
      stop()
      return listener(payload)
    })
    return stop
  }

  /** Adds a function that receives every event, after the listeners. Returns a function that removes it. */
  follow(follower: <N extends keyof Events>(name: N, payload: Events[N]) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
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
    for (const follower of [...this.#followers]) follower(name, payload as never)
  }
}
