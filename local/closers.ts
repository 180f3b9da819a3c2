import type { Closable } from './contracts.ts'

/** Stops everything that was started, in reverse order. A failure to stop one thing doesn't keep the others running. */
export class Closers implements Closable {
  readonly #closers: (() => Promise<unknown>)[] = []
  #closing: Promise<void> | undefined

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close)
  }

  /** @throws AggregateError of all failures, after everything has been tried */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    const errors: unknown[] = []
    for (const close of this.#closers.reverse()) {
      try {
        await close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0)
      throw new AggregateError(errors, `unable to stop everything; ${errors.map(String).join(', ')}`)
  }
}
