import type { KeptStrings } from './kept.ts'

/**
 * One number for each room of a user. The numbers survive a reload and are shared by the tabs of a browser. They only
 * increase, so that a tab with older numbers can't set them back.
 */
export class RoomNumbers {
  readonly #strings: KeptStrings
  readonly #prefix: string

  /** @param kind `recent`: the time of a room's last message, epoch milliseconds */
  constructor(strings: KeptStrings, kind: 'recent', userId: string) {
    this.#strings = strings
    this.#prefix = `tabletalk.${kind}.${userId}.`
  }

  get(chatRoomId: string): number | undefined {
    const text = this.#strings.getItem(this.#prefix + chatRoomId)
    const number = Number(text)
    return text === null || !Number.isSafeInteger(number) ? undefined : number
  }

  raise(chatRoomId: string, number: number): void {
    if (number > (this.get(chatRoomId) ?? -1)) this.start(chatRoomId, number)
  }

  /** Writes the number even if it is lower, because another room has the id now. */
  start(chatRoomId: string, number: number): void {
    this.#strings.setItem(this.#prefix + chatRoomId, String(number))
  }

  /** Returns the room that a key of the storage belongs to, or undefined for any other key. */
  roomOf(key: string): string | undefined {
    const chatRoomId = key.startsWith(this.#prefix) ? key.slice(this.#prefix.length) : ''
    // Ids of rooms have no dot. A key with a dot belongs to a user whose id begins like this user's.
    return chatRoomId === '' || chatRoomId.includes('.') ? undefined : chatRoomId
  }

  /** Deletes all numbers of the user. */
  clear(): void {
    for (const key of this.#strings.keys()) if (this.roomOf(key) !== undefined) this.#strings.removeItem(key)
  }
}
