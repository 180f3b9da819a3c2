import type { ClientConnection } from './client-connection.ts'
import { DirectRoom, type ForwardedEvent, onForwarded } from './direct-room.ts'
import type { Sent } from './outbox.ts'
import type { Room } from './room.ts'
import type { RoomRegistry } from './room-registry.ts'

/** The conversations with single users, and the search for the room that each of them has on the server. */
export class DirectRooms {
  readonly #registry: RoomRegistry
  readonly #connection: ClientConnection
  readonly #directs = new Map<string, DirectRoom>()
  /** Rooms whose peer is being looked for, with what they have emitted meanwhile. */
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

  /** Looks for the conversations that have no room yet among the direct rooms that this user is in. */
  findRooms(): void {
    if (!this.#isSeeking) return
    const bound = new Set([...this.#directs.values()].map(({ room }) => room))
    for (const room of this.#registry.joined) {
      if (room.isDirect && !bound.has(room)) this.#bind(room).catch(this.#registry.context.options.onError)
    }
  }

  /** Binds a new room to its conversation; `undefined` when no conversation can be waiting for it. */
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

  /** Finds out whose conversation a room is. What the room emits until then is the conversation's too. */
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
    // A room whose peer can't be found now is tried again with the next link.
    const peer = await room.findPeer().catch(() => undefined)
    stop()
    this.#searches.delete(room)
    if (peer !== undefined) this.#directs.get(peer)?.bind(room, held)
  }

  /** The first message of a conversation has been sent, and the reply tells its room. */
  #met(direct: DirectRoom, { chatRoomId, seq }: Sent): void {
    const { room, feed } = this.#registry.open(chatRoomId)
    direct.bind(room, this.#searches.get(room)?.held)
    if (feed.membership !== 'member') feed.added(seq)
  }
}
