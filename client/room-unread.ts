/** How many messages of a room this user has not read. */
export interface UnreadState {
  /** The `seq` up to which this user has read. */
  readSeq: number
  /** How many messages of other users come after `readSeq`. */
  count: number
  /** Whether `count` is exact. Above 50 it may be too large, because it includes holes and this user's own messages. */
  exact: boolean
  /** How many of the unread messages mention this user. */
  mentions: number
}

/** The server's count of the messages up to `head`. */
type Counted = UnreadState & { head: number }

/**
 * Computes the unread messages of one room from the server's count up to a head and the messages that arrived after it.
 * If these don't suffice, the methods ask the caller to have the server count again, so that the numbers stay right.
 */
export class RoomUnread {
  #counted: Counted | undefined
  /** The messages of other users after the head, and whether they mention this user. */
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

  /** Takes over a count of the server. */
  counted(counted: Counted): void {
    this.#counted = counted
    this.#arrived = this.#arrived.filter(({ seq }) => seq > counted.head)
  }

  /**
   * Adds a message of another user. Returns whether the server must count the room again, because the message arrived
   * after the count although its `seq` is not after the count's head.
   */
  arrived(message: { seq: number; isMention: boolean }): boolean {
    const { readSeq = 0, head = -1 } = this.#counted ?? {}
    if (message.seq <= readSeq) return false
    if (message.seq <= head) return true
    this.#arrived.push(message)
    return false
  }

  /** Takes over that a message of another user was deleted, which no new count has taken into account. */
  removed(seq: number): void {
    const counted = this.#counted
    this.#arrived = this.#arrived.filter((message) => message.seq !== seq)
    if (!counted || seq <= counted.readSeq || seq > counted.head) return
    this.#counted = { ...counted, count: Math.max(0, counted.count - 1) }
  }

  /** Moves the marker, in either direction. Returns whether the server must count the room again. */
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

  /** Forgets everything, because this user has left the room. */
  clear(): void {
    this.#counted = undefined
    this.#arrived = []
  }
}
