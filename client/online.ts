import type { Reply } from '../src/protocol/actions.ts'
import type { PresenceEvent } from '../src/protocol/presence-events.ts'
import { MAX_ONLINE_ROOMS } from '../src/protocol/limits.ts'
import { type Clock, Timer } from './clock.ts'
import type { RoomContext } from './room-context.ts'

/** That the other user of a direct room is online, or no longer. */
export interface OnlineChange {
  chatRoomId: string
  userId: string
  online: boolean
}

/** The users of rooms that are online, by room. */
export type OnlineUsers = Reply<'getOnline'>['rooms']

/** Asks who of these rooms is online, fifty at a time. @throws ChatError the server's */
export async function whoIsOnline(context: RoomContext, chatRoomIds: readonly string[]): Promise<OnlineUsers> {
  const rooms: OnlineUsers = {}
  for (let i = 0; i < chatRoomIds.length; i += MAX_ONLINE_ROOMS) {
    const page = chatRoomIds.slice(i, i + MAX_ONLINE_ROOMS)
    Object.assign(rooms, (await context.patiently({ action: 'getOnline', chatRoomIds: page })).rooms)
  }
  return rooms
}

/** Tells who comes online at once, and who goes offline after the grace, unless they are back by then. */
export class OnlineWatch {
  readonly #clock: Clock
  readonly #serverNow: () => number
  readonly #onChange: (change: OnlineChange) => void
  /** By user and room. */
  readonly #known = new Map<string, { at: number; timer: Timer }>()

  constructor(clock: Clock, serverNow: () => number, onChange: (change: OnlineChange) => void) {
    this.#clock = clock
    this.#serverNow = serverNow
    this.#onChange = onChange
  }

  told({ chatRoomId, userId, online, effectiveAt, at }: Extract<PresenceEvent, { event: 'online' }>): void {
    const key = JSON.stringify([chatRoomId, userId])
    const known = this.#known.get(key) ?? { at: 0, timer: new Timer(this.#clock) }
    // Of two events the later one holds, whichever comes first.
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
