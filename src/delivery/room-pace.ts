import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Spreads the posts to large rooms over time: each room has a budget of posts a second, and what it doesn't take is the
 * others'. Rooms without one aren't held up.
 */
export class RoomPace {
  readonly #postsPerSecond: ReadonlyMap<string, number>
  /** When the next post to a room may begin, in epoch milliseconds. */
  readonly #next = new Map<string, number>()
  /** When its first post of this batch began. */
  readonly #first = new Map<string, number>()

  /** @param postsPerSecond of the rooms that have a budget */
  constructor(postsPerSecond: ReadonlyMap<string, number>) {
    this.#postsPerSecond = postsPerSecond
  }

  /** Takes a post from the room's budget. @returns when it may begin, `now` or later, in epoch milliseconds */
  take(chatRoomId: string, now: number): number {
    const perSecond = this.#postsPerSecond.get(chatRoomId)
    if (perSecond === undefined) return now
    const startAt = Math.max(now, this.#next.get(chatRoomId) ?? 0)
    if (!this.#first.has(chatRoomId)) this.#first.set(chatRoomId, startAt)
    this.#next.set(chatRoomId, startAt + 1_000 / perSecond)
    return startAt
  }

  /**
   * Resolves when the recipient of these rooms' events may be posted to: when the slowest of them may.
   *
   * @returns milliseconds since the first post to that room: what the pace, and nobody's trouble, has taken
   */
  async turn(chatRoomIds: readonly string[]): Promise<number> {
    if (this.#postsPerSecond.size === 0) return 0
    const now = Date.now()
    const starts = chatRoomIds.map((chatRoomId) => this.take(chatRoomId, now))
    const startAt = Math.max(...starts)
    if (startAt - now >= 1) await sleep(startAt - now)
    return startAt - (this.#first.get(chatRoomIds[starts.indexOf(startAt)]!) ?? startAt)
  }
}
