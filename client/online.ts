import type { Reply } from '../src/protocol/actions.ts'
import type { PresenceEvent } from '../src/protocol/presence-events.ts'
import { MAX_ONLINE_ROOMS } from '../src/protocol/limits.ts'
import { type Clock, Timer } from './clock.ts'
import type { RoomContext } from './room-context.ts'

/** The payload of the client's event `online`: the other user of a direct room is online, or no longer is. */
export interface OnlineChange {
  chatRoomId: string
  userId: string
  online: boolean
}

/** The members who are online, by `chatRoomId`. */
export type OnlineUsers = Reply<'getOnline'>['rooms']

/**
 * Asks which members of rooms are online, with one request per 50 rooms.
 *
 * @throws ChatError the server's error
 */
export async function whoIsOnline(context: RoomContext, chatRoomIds: readonly string[]): Promise<OnlineUsers> {
  const rooms: OnlineUsers = {}
  for (let i = 0; i < chatRoomIds.length; i += MAX_ONLINE_ROOMS) {
    const page = chatRoomIds.slice(i, i + MAX_ONLINE_ROOMS)
    Object.assign(rooms, (await context.patiently({ action: 'getOnline', chatRoomIds: page })).rooms)
  }
  return rooms
}

/**
 * Reports who comes online at once, and who goes offline at the time that the server gave, unless they are back by
 * then.
 */
export class OnlineWatch {
  readonly #clock: Clock
  readonly #serverNow: () => number
  readonly #onChange: (change: OnlineChange) => void
  /** The latest event, by user and room. */
  readonly #known = new Map<string, { at: number; timer: Timer }>()

  constructor(clock: Clock, serverNow: () => number, onChange: (change: OnlineChange) => void) {
    this.#clock = clock
    this.#serverNow = serverNow
    this.#onChange = onChange
  }

  told({ chatRoomId, userId, online, effectiveAt, at }: Extract<PresenceEvent, { event: 'online' }>): void {
    const key = JSON.stringify([chatRoomId, userId])
    const known = this.#known.get(key) ?? { at: 0, timer: new Timer(this.#clock) }
    // Events may arrive out of order. An event that is older than the known one is outdated.
    if (at < known.at) return
    this.#known.set(key, known)
    known.at = at
    known.timer.stop()
    const change = { chatRoomId, userId, online }
    const ms = effectiveAt - this.#serverNow()
    if (online || ms <= 0) this.#onChange(change)
    else known.timer.start(ms, () => this.#onChange(change))
  }
}
