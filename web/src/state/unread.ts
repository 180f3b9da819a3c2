import type { KeptStrings } from './kept.ts'
import { Store } from './store.ts'

/** The `seq` up to which a user has read each room. It outlives a reload. */
export class ReadMarks {
  readonly #strings: KeptStrings
  readonly #userId: string

  constructor(strings: KeptStrings, userId: string) {
    this.#strings = strings
    this.#userId = userId
  }

  get(chatRoomId: string): number | undefined {
    const text = this.#strings.getItem(this.#key(chatRoomId))
    const seq = Number(text)
    return text === null || !Number.isSafeInteger(seq) ? undefined : seq
  }

  set(chatRoomId: string, seq: number): void {
    this.#strings.setItem(this.#key(chatRoomId), String(seq))
  }

  #key = (chatRoomId: string): string => `tabletalk.read.${this.#userId}.${chatRoomId}`
}

interface Position {
  /** The `seq` up to which the user has read. */
  readTo: number
  /** The others' messages after it. While the page is closed they are counted by `seq`, so holes count too. */
  count: number
}

/** How much of a room a user has not read. */
export class Unread extends Store<Position> {
  /** @param readTo the read mark @param head the newest `seq` of the room so far */
  constructor(readTo: number, head: number) {
    // A mark beyond the head belongs to an earlier room with this id.
    const from = readTo > head ? 0 : readTo
    super({ readTo: from, count: head - from })
  }

  arrived(message: { seq: number }, isOwn: boolean): void {
    const { readTo, count } = this.get()
    if (isOwn && count === 0) this.set({ readTo: Math.max(readTo, message.seq), count })
    else if (!isOwn && message.seq > readTo) this.set({ readTo, count: count + 1 })
  }

  read(seq: number): void {
    const { readTo, count } = this.get()
    if (count > 0 || seq > readTo) this.set({ readTo: Math.max(readTo, seq), count: 0 })
  }
}
