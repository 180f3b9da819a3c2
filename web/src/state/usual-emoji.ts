import type { KeptStrings } from './kept.ts'

/** What people react with most, until this user has chosen others. */
const USUAL = ['👍', '❤️', '😂', '🎉', '😮', '🙏']

/** The emoji that can be chosen with one click: those that this user has chosen last in this browser. */
export class UsualEmoji {
  readonly #strings: KeptStrings
  readonly #key: string

  constructor(strings: KeptStrings, userId: string) {
    this.#strings = strings
    this.#key = `tabletalk.emoji.${userId}`
  }

  get(): string[] {
    const chosen = this.#strings.getItem(this.#key)?.split(' ') ?? []
    return [...new Set([...chosen, ...USUAL])].slice(0, USUAL.length)
  }

  chose(emoji: string): void {
    // The order of what is there stays, so that nothing moves under a finger.
    if (this.get().includes(emoji)) return
    this.#strings.setItem(this.#key, [emoji, ...this.get()].slice(0, USUAL.length).join(' '))
  }

  clear(): void {
    this.#strings.removeItem(this.#key)
  }
}
