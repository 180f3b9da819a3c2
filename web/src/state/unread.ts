import { Store } from './store.ts'

interface Position {
  /** The `seq` up to which the user has read. */
  readTo: number
  /** The others' messages after it. While the page is closed they are counted by `seq`, so holes count too. */
  count: number
}

/** How far the marks of another tab may be ahead of what this one has received. */
const TAB_AHEAD = 10

/** How much of a room a user has not read. */
export class Unread extends Store<Position> {
  /** The newest `seq` of the room when the page opened it. */
  readonly #head: number
  /** The others' messages since then, by `seq`. */
  #arrived: number[] = []

  /** @param readTo the read mark @param head the newest `seq` of the room so far */
  constructor(readTo: number, head: number) {
    const from = markWithin(readTo, head)
    super({ readTo: from, count: Math.max(0, head - from) })
    this.#head = head
  }

  /** Counts a message of others. An own message, from this device or another, shows that all before it is read. */
  arrived({ seq }: { seq: number }, isOwn: boolean): void {
    if (isOwn) return this.read(seq)
    const { readTo, count } = this.get()
    if (seq <= Math.max(readTo, this.#head)) return
    this.#arrived.push(seq)
    this.set({ readTo, count: count + 1 })
  }

  read(seq: number): void {
    const { readTo } = this.get()
    if (seq <= readTo) return
    this.#arrived = this.#arrived.filter((other) => other > seq)
    this.set({ readTo: seq, count: Math.max(0, this.#head - seq) + this.#arrived.length })
  }
}

/** Returns 0 for a mark far beyond the head, which belongs to an earlier room with this id. */
export const markWithin = (readTo: number, head: number): number => (readTo > head + TAB_AHEAD ? 0 : readTo)
