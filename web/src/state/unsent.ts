import type { UnsentMessage } from '../../../client/index.ts'
import type { KeptStrings } from './kept.ts'

/** A user's messages that the server doesn't have yet. They survive a reload of their tab. */
export class Unsent {
  readonly #strings: KeptStrings
  readonly #key: string

  constructor(strings: KeptStrings, userId: string) {
    this.#strings = strings
    this.#key = `tabletalk.unsent.${userId}`
  }

  load(): UnsentMessage[] {
    try {
      const messages: unknown = JSON.parse(this.#strings.getItem(this.#key) ?? '[]')
      return Array.isArray(messages) ? (messages as UnsentMessage[]) : []
    } catch {
      return []
    }
  }

  save(messages: readonly UnsentMessage[]): void {
    if (messages.length === 0) this.clear()
    else this.#strings.setItem(this.#key, JSON.stringify(messages))
  }

  clear(): void {
    this.#strings.removeItem(this.#key)
  }
}
