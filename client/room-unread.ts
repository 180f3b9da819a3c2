/** How much of a room this user has not read. */
export interface UnreadState {
  /** The `seq` up to which this user has read. */
  readSeq: number
  /** Others' messages after it. */
  count: number
  /** Whether `count` is exact: above 50 it may be too large, because holes and own messages count too. */
  exact: boolean
  /** Those among them that mention this user. */
  mentions: number
}

/** What the server has counted up to `head`. */
type Counted = UnreadState & { head: number }

/**
 * How much of one room is unread: what the server has counted up to a head, and what has arrived since. Whatever can't
 * be known from these is asked for again, so that nothing drifts.
 */
export class RoomUnread {
  #counted: Counted | undefined
  /** Others' messages after the head, and whether they mention this user. */
  #arrived: { seq: number; isMention: boolean }[] = []

  get state(): UnreadState | undefined {
    if (!this.#counted) return undefined
    const { readSeq, count, exact, mentions } = this.#counted
    return {
      readSeq,
      count: count + this.#arrived.length,
      exact,
      mentions: mentions + this.#arrived.filter(({ isMention }) => isMention).length,
    }
  }

  /** Takes over what the server has counted. */
  counted(counted: Counted): void {
    this.#counted = counted
    this.#arrived = this.#arrived.filter(({ seq }) => seq > counted.head)
  }

  /**
   * Adds a message of others. Returns whether the room must be counted again: the message came after the count, but has
   * a place before its head.
   */
  arrived(message: { seq: number; isMention: boolean }): boolean {
    const { readSeq = 0, head = -1 } = this.#counted ?? {}
    if (message.seq <= readSeq) return false
    if (message.seq <= head) return true
    this.#arrived.push(message)
    return false
  }

  /** Moves the marker, in either direction. Returns whether the room must be counted again. */
  moved(seq: number): boolean {
    const before = this.#counted
    if (!before || before.readSeq === seq) return false
    const head = Math.max(before.head, seq)
    const isRead = seq >= before.head
    const most = Math.max(0, before.head - seq)
    this.#counted = isRead
      ? { readSeq: seq, head, count: 0, exact: true, mentions: 0 }
      : { ...before, readSeq: seq, ...(seq > before.readSeq && { count: Math.min(before.count, most) }) }
    this.#arrived = this.#arrived.filter((message) => message.seq > seq)
    return !isRead
  }

  /** Nothing is known any more: this user has left. */
  clear(): void {
    this.#counted = undefined
    this.#arrived = []
  }
}
