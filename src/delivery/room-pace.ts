import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Spreads the posts to large rooms over time. Each large room has a budget of posts per second, and the other rooms use
 * what is left. Rooms without a budget are not held up.
 */
export class RoomPace {
  readonly #postsPerSecond: ReadonlyMap<string, number>
  /** When the next post to a room may begin, in epoch milliseconds. */
  readonly #next = new Map<string, number>()
  /** When the first post to a room in this batch began, in epoch milliseconds. */
  readonly #first = new Map<string, number>()

  /** @param postsPerSecond of the rooms that have a budget */
  constructor(postsPerSecond: ReadonlyMap<string, number>) {
    this.#postsPerSecond = postsPerSecond
  }

  /**
   * Takes one post from the room's budget.
   *
   * @returns when the post may begin, `now` or later, in epoch milliseconds
   */
  take(chatRoomId: string, now: number): number {
    const perSecond = this.#postsPerSecond.get(chatRoomId)
    if (perSecond === undefined) return now
    const startAt = Math.max(now, this.#next.get(chatRoomId) ?? 0)
    if (!this.#first.has(chatRoomId)) this.#first.set(chatRoomId, startAt)
    this.#next.set(chatRoomId, startAt + 1_000 / perSecond)
    return startAt
  }

  /**
   * Resolves when a recipient of events of these rooms may be posted to, which is when the slowest room allows it.
   *
   * @returns milliseconds since the first post to that room: the time that is due to the pace and not to a failure
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
