const REMEMBERED_MS = 30_000
const MAX_REMEMBERED = 20_000

/** Connections whose post timed out in the last 30 s. If there are more than 20,000, only the latest are remembered. */
export class Laggards {
  readonly #until = new Map<string, number>()

  has(connectionId: string): boolean {
    const until = this.#until.get(connectionId)
    if (until === undefined) return false
    if (until > Date.now()) return true
    this.#until.delete(connectionId)
    return false
  }

  add(connectionId: string): void {
    // Moved to the end, so that the first entry is always the oldest.
    this.#until.delete(connectionId)
    this.#until.set(connectionId, Date.now() + REMEMBERED_MS)
    if (this.#until.size > MAX_REMEMBERED) this.#until.delete(this.#until.keys().next().value!)
  }

  delete(connectionId: string): void {
    this.#until.delete(connectionId)
  }
}
