import type { KeptStrings } from './kept.ts'

/** The unsent texts of a user, by conversation. They survive a reload. */
export class Drafts {
  readonly #strings: KeptStrings
  readonly #prefix: string

  constructor(strings: KeptStrings, userId: string) {
    this.#strings = strings
    this.#prefix = `tabletalk.draft.${userId}.`
  }

  /** @param conversation the address of the conversation: `#/room/general` */
  get(conversation: string): string {
    return this.#strings.getItem(this.#prefix + conversation) ?? ''
  }

  set(conversation: string, text: string): void {
    if (text === '') this.#strings.removeItem(this.#prefix + conversation)
    else this.#strings.setItem(this.#prefix + conversation, text)
  }

  /** Deletes all texts of the user. */
  clear(): void {
    for (const key of this.#strings.keys()) if (key.startsWith(`${this.#prefix}#/`)) this.#strings.removeItem(key)
  }
}
