import type { ClientConnection } from './client-connection.ts'
import { DirectRoom, type ForwardedEvent, onForwarded } from './direct-room.ts'
import type { Sent } from './outbox.ts'
import type { Room } from './room.ts'
import type { RoomRegistry } from './room-registry.ts'

/** The direct conversations of a client. Finds the room that each of them has on the server. */
export class DirectRooms {
  readonly #registry: RoomRegistry
  readonly #connection: ClientConnection
  readonly #directs = new Map<string, DirectRoom>()
  /** Rooms whose other user is being looked up, with the events that they have emitted since. */
  readonly #searches = new Map<Room, { held: ForwardedEvent[]; ended: Promise<void> }>()

  constructor(registry: RoomRegistry, connection: ClientConnection) {
    this.#registry = registry
    this.#connection = connection
  }

  /** Returns the conversation with a user, always the same object. */
  open(userId: string): DirectRoom {
    let direct = this.#directs.get(userId)
    if (!direct) {
      direct = new DirectRoom(this.#registry.context, userId, (self, sent) => this.#met(self, sent))
      this.#directs.set(userId, direct)
      if (this.#connection.link) this.findRooms()
    }
    return direct
  }

  /** Searches this user's direct rooms for the rooms of conversations that have none yet. */
  findRooms(): void {
    if (!this.#isSeeking) return
    const bound = new Set([...this.#directs.values()].map(({ room }) => room))
    for (const room of this.#registry.joined) {
      if (room.isDirect && !bound.has(room)) this.#bind(room).catch(this.#registry.context.options.onError)
    }
  }

  /** Binds a new room to its conversation. Returns `undefined` if no conversation can be waiting for the room. */
  beforeAdded(room: Room): Promise<void> | undefined {
    return room.isDirect && this.#isSeeking ? this.#bind(room) : undefined
  }

  /** Ends all loops over messages. */
  endStreams(): void {
    for (const direct of this.#directs.values()) direct.streams.end()
  }

  get #isSeeking(): boolean {
    return [...this.#directs.values()].some(({ room }) => room === undefined)
  }

  /** Finds the conversation that a room belongs to. Holds the room's events for the conversation until then. */
  #bind(room: Room): Promise<void> {
    let search = this.#searches.get(room)
    if (!search) {
      const held: ForwardedEvent[] = []
      search = { held, ended: this.#search(room, held) }
      this.#searches.set(room, search)
    }
    return search.ended
  }

  async #search(room: Room, held: ForwardedEvent[]): Promise<void> {
    const stop = onForwarded(room, (event) => held.push(event))
    // If the other user can't be found now, the next link tries again.
    const peer = await room.findPeer().catch(() => undefined)
    stop()
    this.#searches.delete(room)
    if (peer !== undefined) this.#directs.get(peer)?.bind(room, held)
  }

  /** Called when a message of a conversation has been sent: the reply names the conversation's room. */
  #met(direct: DirectRoom, { chatRoomId, seq }: Sent): void {
    const { room, feed } = this.#registry.open(chatRoomId)
    direct.bind(room, this.#searches.get(room)?.held)
    if (feed.membership !== 'member') feed.added(seq)
  }
}
