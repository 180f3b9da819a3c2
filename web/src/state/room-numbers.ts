import type { KeptStrings } from './kept.ts'

/**
 * One number for each room of a user. It outlives a reload, is shared by the tabs of a browser, and only rises:
 * whichever tab is behind takes nothing back.
 */
export class RoomNumbers {
  readonly #strings: KeptStrings
  readonly #prefix: string

  /** @param kind `recent`: the time of a room's last message, epoch ms */
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

  /** Writes the number, also when it is lower: another room has taken the id. */
  start(chatRoomId: string, number: number): void {
    this.#strings.setItem(this.#prefix + chatRoomId, String(number))
  }

  /** The room that a key of the storage belongs to; undefined for any other key. */
  roomOf(key: string): string | undefined {
    const chatRoomId = key.startsWith(this.#prefix) ? key.slice(this.#prefix.length) : ''
    // A dot would be in the name of another user: ids of rooms have none.
    return chatRoomId === '' || chatRoomId.includes('.') ? undefined : chatRoomId
  }

  /** Deletes all of the user's. */
  clear(): void {
    for (const key of this.#strings.keys()) if (this.roomOf(key) !== undefined) this.#strings.removeItem(key)
  }
}
