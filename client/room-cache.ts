import type { MessageEvent } from '../src/protocol/events.ts'
import { type Clock, Timer } from './clock.ts'
import { StoreWriter } from './outbox-store.ts'

/** What a client has of a room, as a `RoomCache` keeps it: plain data, fit for JSON. */
export interface RoomSnapshot {
  /** The `seq` up to which messages have been delivered. */
  seq: number
  /** How far the client was in the room's change log; absent with a server that has none. */
  rev?: number
  /** The newest messages without a hole, in the order of `seq`. */
  messages: MessageEvent[]
}

/**
 * Where a client keeps its rooms' messages over a restart, so that they are shown at once, without a connection too.
 * The next connection brings what has happened since. One cache belongs to one user and one client at a time: two tabs
 * need two, or only one of them has it.
 *
 * @example
 * const cache = {
 *   load: (id: string) => JSON.parse(localStorage.getItem(`room-${id}`) ?? 'null') as RoomSnapshot | null,
 *   save: (id: string, kept?: RoomSnapshot) => localStorage.setItem(`room-${id}`, JSON.stringify(kept ?? null)),
 * }
 * await new ChatClient({ url: 'wss://chat.example/prod', getToken, cache }).connect()
 */
export interface RoomCache {
  /** Returns what was saved last. Called once for each room, when the client first hears of it. */
  load: (chatRoomId: string) => RoomSnapshot | null | undefined | Promise<RoomSnapshot | null | undefined>
  /**
   * Replaces what is kept of a room; without a snapshot, deletes it: this user is in the room no more. Called a second
   * after a change, and not again before its promise has resolved.
   */
  save: (chatRoomId: string, snapshot?: RoomSnapshot) => void | Promise<void>
}

/** Changes of this long are saved together, ms. */
const SAVE_MS = 1_000

/** Loads a room once, and saves it when it has changed. */
export class RoomKeeper {
  readonly #timer: Timer
  readonly #writer: StoreWriter
  #isWaiting = false

  /** @param snapshot undefined when there is nothing to keep any more */
  constructor(
    cache: RoomCache,
    chatRoomId: string,
    snapshot: () => RoomSnapshot | undefined,
    { clock, onError }: { clock: Clock; onError: (error: unknown) => void },
  ) {
    this.#timer = new Timer(clock)
    this.#writer = new StoreWriter(() => cache.save(chatRoomId, snapshot()), onError)
  }

  /** The room has changed. */
  changed(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#timer.start(SAVE_MS, () => {
      this.#isWaiting = false
      this.#writer.changed()
    })
  }
}

/** What a cache has of a room, if it can be used. Anything may have been written there since. */
export async function loaded(cache: RoomCache, chatRoomId: string): Promise<RoomSnapshot | undefined> {
  const snapshot = await cache.load(chatRoomId)
  const isUsable = typeof snapshot?.seq === 'number' && Array.isArray(snapshot.messages)
  return isUsable ? snapshot : undefined
}
