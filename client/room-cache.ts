import type { MessageEvent } from '../src/protocol/events.ts'
import { type Clock, Timer } from './clock.ts'
import { StoreWriter } from './outbox-store.ts'

/** The messages that a client has of a room, as a `RoomCache` keeps them: plain data that can be saved as JSON. */
export interface RoomSnapshot {
  /** The `seq` up to which messages have been delivered. */
  seq: number
  /** The client's position in the room's change log. Left out with a server that has no change log. */
  rev?: number
  /** The newest messages without a gap, in the order of `seq`. */
  messages: MessageEvent[]
  /** From this `seq` on, `messages` includes replies that are only shown in their threads. Left out: nowhere. */
  allFrom?: number
}

/**
 * Stores the messages of a client's rooms, so that after a reload they can be shown at once, even without a connection.
 * The next connection fetches what has happened since. A cache belongs to one user and to one client at a time: give
 * each of two tabs its own, or only one of them a cache.
 *
 * @example
 * const cache = {
 *   load: (id: string) => JSON.parse(localStorage.getItem(`room-${id}`) ?? 'null') as RoomSnapshot | null,
 *   save: (id: string, kept?: RoomSnapshot) => localStorage.setItem(`room-${id}`, JSON.stringify(kept ?? null)),
 * }
 * await new ChatClient({ url: 'wss://chat.example/prod', getToken, cache }).connect()
 */
export interface RoomCache {
  /** Returns the snapshot that was saved last. Called once for each room, when the client first hears of the room. */
  load: (chatRoomId: string) => RoomSnapshot | null | undefined | Promise<RoomSnapshot | null | undefined>
  /**
   * Replaces the saved snapshot of a room, or deletes it if `snapshot` is left out, because this user is no longer a
   * member. Called a second after a change, and not again before the promise of the last call has resolved.
   */
  save: (chatRoomId: string, snapshot?: RoomSnapshot) => void | Promise<void>
}

/** Changes within this time are saved together. */
const SAVE_MS = 1_000

/** Saves a room to the cache after it has changed. */
export class RoomKeeper {
  readonly #timer: Timer
  readonly #writer: StoreWriter
  #isWaiting = false

  /** @param snapshot returns the state to save, or undefined to delete the saved one */
  constructor(
    cache: RoomCache,
    chatRoomId: string,
    snapshot: () => RoomSnapshot | undefined,
    { clock, onError }: { clock: Clock; onError: (error: unknown) => void },
  ) {
    this.#timer = new Timer(clock)
    this.#writer = new StoreWriter(() => cache.save(chatRoomId, snapshot()), onError)
  }

  /** Schedules a save, because the room has changed. */
  changed(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#timer.start(SAVE_MS, () => {
      this.#isWaiting = false
      this.#writer.changed()
    })
  }
}

/** Returns the saved snapshot of a room if it is usable. Other programs may have written to the storage. */
export async function loaded(cache: RoomCache, chatRoomId: string): Promise<RoomSnapshot | undefined> {
  const snapshot = await cache.load(chatRoomId)
  const isUsable = typeof snapshot?.seq === 'number' && Array.isArray(snapshot.messages)
  return isUsable ? snapshot : undefined
}
