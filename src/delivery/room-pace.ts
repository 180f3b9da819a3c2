import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Spreads the posts to large rooms over time: each room has a budget of posts a second, and what it doesn't take is the
 * others'. Rooms without one aren't held up.
 */
export class RoomPace {
  readonly #postsPerSecond: ReadonlyMap<string, number>
  /** When the next post to a room may begin, in epoch milliseconds. */
  readonly #next = new Map<string, number>()

  /** @param postsPerSecond of the rooms that have a budget */
  constructor(postsPerSecond: ReadonlyMap<string, number>) {
    this.#postsPerSecond = postsPerSecond
  }

  /** Takes a post from the room's budget. @returns when it may begin, `now` or later, in epoch milliseconds */
  take(chatRoomId: string, now: number): number {
    const perSecond = this.#postsPerSecond.get(chatRoomId)
    if (perSecond === undefined) return now
    const startAt = Math.max(now, this.#next.get(chatRoomId) ?? 0)
    this.#next.set(chatRoomId, startAt + 1_000 / perSecond)
    return startAt
  }

  /** Resolves when the recipient of these rooms' events may be posted to: when the slowest of them may. */
  async turn(chatRoomIds: readonly string[]): Promise<void> {
    if (this.#postsPerSecond.size === 0) return
    const now = Date.now()
    const waitMs = Math.max(...chatRoomIds.map((chatRoomId) => this.take(chatRoomId, now))) - now
    if (waitMs >= 1) await sleep(waitMs)
  }
}
