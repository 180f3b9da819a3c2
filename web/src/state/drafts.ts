import type { KeptStrings } from './kept.ts'

/** The unsent texts of a user, by conversation. They outlive a reload. */
export class Drafts {
  readonly #strings: KeptStrings
  readonly #userId: string

  constructor(strings: KeptStrings, userId: string) {
    this.#strings = strings
    this.#userId = userId
  }

  get(conversation: string): string {
    return this.#strings.getItem(this.#key(conversation)) ?? ''
  }

  set(conversation: string, text: string): void {
    if (text === '') this.#strings.removeItem(this.#key(conversation))
    else this.#strings.setItem(this.#key(conversation), text)
  }

  #key = (conversation: string): string => `tabletalk.draft.${this.#userId}.${conversation}`
}
