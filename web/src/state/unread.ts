import type { KeptStrings } from './kept.ts'
import { Store } from './store.ts'

/** Up to where a user has read, by room, over reloads. */
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
  /** Up to this `seq` the user has read. */
  readTo: number
  /** Others' messages after it; what came while the page was closed is counted by `seq`, so its holes count too. */
  count: number
}

/** What a user has not read of a room. */
export class Unread extends Store<Position> {
  /** @param readTo what the marks say @param head the newest `seq` of the room so far */
  constructor(readTo: number, head: number) {
    // A mark beyond the head is of a room that was there before this one.
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
