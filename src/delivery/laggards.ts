const REMEMBERED_MS = 30_000
const MAX_REMEMBERED = 20_000

/** Connections that lately let a post time out, the last 20,000 of them, each for 30 s. */
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
    // Again at the end: the first is always the one to be forgotten next.
    this.#until.delete(connectionId)
    this.#until.set(connectionId, Date.now() + REMEMBERED_MS)
    if (this.#until.size > MAX_REMEMBERED) this.#until.delete(this.#until.keys().next().value!)
  }

  delete(connectionId: string): void {
    this.#until.delete(connectionId)
  }
}
