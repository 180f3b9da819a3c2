import type { Reply } from '../src/protocol/actions.ts'
import type { ChatEvent } from '../src/protocol/events.ts'
import type { ClientConnection } from './client-connection.ts'
import { isNotAMember } from './errors.ts'
import type { Link } from './link.ts'
import { newId } from './new-id.ts'
import type { ResolvedOptions } from './options.ts'
import type { Outbox } from './outbox.ts'
import { Room } from './room.ts'
import { RoomContext, type RoomOwner } from './room-context.ts'
import { RoomFeed } from './room-feed.ts'
import { RoomSync } from './room-sync.ts'
import type { Session } from './session.ts'

interface RegistryHooks {
  /** This user is in a room that this client hasn't joined. */
  onAdded: (room: Room) => void
  /** What must happen before a new room's events are delivered; `undefined` when nothing must. */
  beforeAdded: (room: Room) => Promise<void> | undefined
}

interface RoomEntry {
  room: Room
  feed: RoomFeed
}

/** Every room that the client has heard of, each once, and whether this user is in it. */
export class RoomRegistry implements RoomOwner {
  readonly context: RoomContext
  readonly #connection: ClientConnection
  readonly #hooks: RegistryHooks
  /** Of this client instance, and in memory only: two tabs of a user must not take each other's events. */
  readonly #session: Session = { sessionId: newId() }
  readonly #entries = new Map<string, RoomEntry>()

  constructor(options: ResolvedOptions, connection: ClientConnection, outbox: Outbox, hooks: RegistryHooks) {
    this.context = new RoomContext(options, connection, outbox, this)
    this.#connection = connection
    this.#hooks = hooks
  }

  /** The rooms that this user is in, as far as the client knows. */
  get joined(): Room[] {
    return [...this.#entries.values()].flatMap(({ room }) => (room.joined ? [room] : []))
  }

  /** Returns the room with that id, always the same object. */
  open(chatRoomId: string): RoomEntry {
    let entry = this.#entries.get(chatRoomId)
    if (!entry) {
      const feed = new RoomFeed(chatRoomId, this.context)
      entry = { feed, room: new Room(this.context, feed) }
      this.#entries.set(chatRoomId, entry)
    }
    return entry
  }

  /**
   * Subscribes a link to all rooms of the user and brings them up to date. From then on the session's events arrive on
   * this link. A server older than 0.2.0 refuses `sessionId`, so the first link of a client syncs without it, and is a
   * session of its own.
   *
   * @param onFirst called when the rooms that the application uses are there, and others are still to come
   * @returns the last page of the reply
   */
  async sync(link: Link, onFirst?: (reply: Reply<'sync'>) => void): Promise<Reply<'sync'>> {
    const session = (link.session ??= this.context.hasFeature('sessions') ? this.#session : {})
    const { context } = this
    const { onAdded } = this.#hooks
    const open = (chatRoomId: string) => this.open(chatRoomId)
    const sync = new RoomSync({ context, link, session, entries: this.#entries, open, onAdded, onFirst })
    const { last, left, unsure } = await sync.run()
    for (const chatRoomId of left) this.#removed(chatRoomId)
    for (const chatRoomId of unsure) this.checkMembership(chatRoomId)
    return last
  }

  /** Delivers events to their rooms, in order. */
  handle(events: readonly ChatEvent[]): void {
    for (const event of events) {
      // An event that was added to the protocol after this client was written may have no room.
      if (typeof event.chatRoomId !== 'string') continue
      const { feed, room } = this.open(event.chatRoomId)
      if (event.event !== 'roomAdded') {
        feed.handle(event)
        continue
      }
      const isNew = feed.membership !== 'member'
      const added = () => {
        feed.handle(event)
        if (isNew) this.#hooks.onAdded(room)
      }
      // The room's events are held until `added` runs, so that listeners receive the first message too.
      const first = isNew ? this.#hooks.beforeAdded(room) : undefined
      if (first) first.then(added).catch(this.context.options.onError)
      else added()
    }
  }

  /**
   * Compares the rooms with what the server has.
   *
   * @param heads the newest `seq` of each room that this user is in; a room joined a moment ago may be missing
   */
  compare(heads: ReadonlyMap<string, number>): void {
    for (const [chatRoomId, { feed }] of this.#entries) {
      const headSeq = heads.get(chatRoomId)
      if (headSeq === undefined) this.checkMembership(chatRoomId)
      else if (feed.membership === 'member') feed.inbox.expect(headSeq)
    }
  }

  /** The refusal that led here may be older than a join, and so may the answer to `getRoom`: hence both checks. */
  checkMembership(chatRoomId: string): void {
    const feed = this.#entries.get(chatRoomId)?.feed
    if (feed?.membership !== 'member') return
    this.#connection.once({ action: 'getRoom', chatRoomId }).catch((error: unknown) => {
      if (isNotAMember(error) && feed.membership === 'member') this.#removed(chatRoomId)
    })
  }

  /** Fetches what rooms still miss, after a link has taken over. */
  resume(): void {
    for (const { feed } of this.#entries.values()) feed.inbox.resume()
  }

  /** Ends all loops over messages. */
  endStreams(): void {
    for (const { feed } of this.#entries.values()) feed.streams.end()
  }

  /** This user left on another connection. */
  #removed(chatRoomId: string): void {
    const { feed } = this.open(chatRoomId)
    feed.left()
    feed.emitter.emit('memberLeft', { userId: this.context.userId ?? '', timestamp: this.context.serverNow() })
  }
}
