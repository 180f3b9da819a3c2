import type { Reply } from '../src/protocol/actions.ts'
import type { ChatEvent, MessageEvent } from '../src/protocol/events.ts'
import type { ClientConnection } from './client-connection.ts'
import { type ChatError, type ChatErrorCode, isNotAMember } from './errors.ts'
import type { Heads } from './head-check.ts'
import type { Link } from './link.ts'
import { newId } from './new-id.ts'
import type { ResolvedOptions } from './options.ts'
import type { OnlineWatch } from './online.ts'
import type { Outbox } from './outbox.ts'
import type { UnreadTotals } from './reads.ts'
import type { Removal } from './removal.ts'
import { Room } from './room.ts'
import { RoomContext, type RoomOwner } from './room-context.ts'
import { RoomFeed } from './room-feed.ts'
import { RoomSync } from './room-sync.ts'
import type { Session } from './session.ts'

/**
 * Codes after which the client's facts about a room may be out of date. Only a server with roles sends the last two.
 */
const outdated = new Set<ChatErrorCode>(['not_a_member', 'forbidden', 'room_closed'])

interface RegistryHooks {
  /** Called when this user is a member of a room that this client hasn't joined. */
  onAdded: (room: Room) => void
  /** This user is in other rooms than before. */
  onRooms: () => void
  /** This user was shown out of a room, or it was deleted. */
  onRemoved: (room: Room, removal: Removal) => void
  /** Called when a message was delivered. */
  onMessage: (room: Room, message: MessageEvent) => void
  /** Called when the number of unread messages in all rooms together has changed. */
  onUnread: (totals: UnreadTotals) => void
  /** Called when the number of followed threads with unread replies has changed. */
  onUnreadThreads: (count: number) => void
  /** Called when the other user of a direct room has connected, or the last of their connections has ended. */
  onOnline: OnlineWatch['told']
  /** Called when a user was erased. */
  onErased: (userId: string) => void
  /** Called before a new room's events are delivered. They wait for the promise, if it returns one. */
  beforeAdded: (room: Room) => Promise<void> | undefined
}

interface RoomEntry {
  room: Room
  feed: RoomFeed
}

/** All rooms that the client has heard of, and whether this user is a member of them. */
export class RoomRegistry implements RoomOwner {
  readonly context: RoomContext
  readonly #connection: ClientConnection
  readonly #hooks: RegistryHooks
  /** The session of this client instance. In memory only, because two tabs of a user must not share one. */
  readonly #session: Session = { sessionId: newId() }
  readonly #entries = new Map<string, RoomEntry>()

  constructor(options: ResolvedOptions, connection: ClientConnection, outbox: Outbox, hooks: RegistryHooks) {
    this.context = new RoomContext(options, connection, outbox, this)
    this.#connection = connection
    this.#hooks = hooks
  }

  /** The rooms that this user is a member of, as far as the client knows. */
  get joined(): Room[] {
    return [...this.#entries.values()].flatMap(({ room }) => (room.joined ? [room] : []))
  }

  /**
   * The session that the next link syncs for. A server older than 0.2.0 rejects `sessionId`, so the first link of a
   * client syncs without it and is a session of its own.
   */
  get session(): Session {
    return this.context.hasFeature('sessions') ? this.#session : {}
  }

  /** Returns the room with an id, always the same object. */
  open(chatRoomId: string): RoomEntry {
    let entry = this.#entries.get(chatRoomId)
    if (!entry) {
      const feed = new RoomFeed(chatRoomId, this.context)
      entry = { feed, room: new Room(this.context, feed) }
      this.#entries.set(chatRoomId, entry)
      const { room } = entry
      feed.emitter.on('message', (message) => this.#hooks.onMessage(room, message))
      let wasIn = false
      feed.emitter.on('updated', () => {
        if (wasIn === room.joined) return
        wasIn = room.joined
        this.#hooks.onRooms()
      })
    }
    return entry
  }

  /**
   * Subscribes a link to all rooms of the user and brings them up to date. From then on the session's events arrive on
   * this link.
   *
   * @param onFirst called when the rooms that the application uses are synced, if other rooms follow
   * @returns the reply with the last page
   */
  async sync(link: Link, onFirst?: (reply: Reply<'sync'>) => void): Promise<Reply<'sync'>> {
    const session = (link.session ??= link.named)
    const { context } = this
    const { onAdded } = this.#hooks
    const open = (chatRoomId: string) => this.open(chatRoomId)
    const sync = new RoomSync({ context, link, session, entries: this.#entries, open, onAdded, onFirst })
    const { last, left, unsure, doubtful } = await sync.run()
    for (const chatRoomId of left) this.#removed(chatRoomId)
    for (const chatRoomId of doubtful) this.#findAgain(chatRoomId, link)
    for (const chatRoomId of unsure) this.checkMembership(chatRoomId, link)
    return last
  }

  /**
   * Joins the room that an invite belongs to.
   *
   * @throws ChatError the server's error
   */
  async join(invite: string): Promise<Room> {
    const reply = await this.context.patiently({ action: 'joinRoom', invite })
    const { feed, room } = this.open(reply.chatRoomId)
    feed.used()
    feed.entered(reply)
    feed.resume()
    return room
  }

  /** Delivers events to their rooms, in order. */
  handle(events: readonly ChatEvent[]): void {
    for (const event of events) {
      // `goodbye` belongs to no room. The same may be true of events that are newer than this client.
      if (!('chatRoomId' in event) || typeof event.chatRoomId !== 'string') continue
      const { feed, room } = this.open(event.chatRoomId)
      if (event.event === 'online') this.#hooks.onOnline(event)
      if (event.event === 'removed') this.expelled(event.chatRoomId, event)
      else if (event.event !== 'roomAdded') feed.handle(event)
      if (event.event !== 'roomAdded') continue
      const isNew = feed.membership !== 'member'
      feed.wasAddedAgain = !isNew
      // The event may be late or repeated, and the user may have been removed since.
      const isDoubtful = isNew && feed.expelledAt > 0
      const added = () => {
        feed.handle(event)
        if (isNew) this.#hooks.onAdded(room)
        if (isDoubtful) this.checkMembership(event.chatRoomId)
      }
      // `beforeAdded` holds the room's events until `added` runs, so that listeners receive the first message too.
      const first = isNew ? this.#hooks.beforeAdded(room) : undefined
      if (first) first.then(added).catch(this.context.options.onError)
      else added()
    }
  }

  /**
   * Compares the rooms with the server's list, and requests what is missing.
   *
   * @param heads the newest numbers of each room of this user. A room joined a moment ago may be missing
   */
  compare(heads: ReadonlyMap<string, Heads>): void {
    for (const [chatRoomId, { feed }] of this.#entries) {
      const head = heads.get(chatRoomId)
      if (!head) {
        this.checkMembership(chatRoomId)
      } else if (feed.membership === 'member') {
        feed.inbox.expect(head.headSeq)
        feed.revs.expect(head.headRev)
        feed.dropPast()
      }
    }
  }

  /**
   * Asks the server whether this user is still a member of a room. Checks the membership before the request and after
   * it, because the user may join while a refusal or the reply is on its way.
   */
  checkMembership(chatRoomId: string, link?: Link): void {
    const feed = this.#entries.get(chatRoomId)?.feed
    if (feed?.membership !== 'member') return
    this.#getRoom(chatRoomId, link)
      .then((reply) => {
        if (feed.membership === 'member') feed.facts.learn(reply)
      })
      .catch((error: unknown) => {
        if (isNotAMember(error) && feed.membership === 'member') this.#removed(chatRoomId)
      })
  }

  refused(chatRoomId: string, error: ChatError): void {
    const { feed } = this.open(chatRoomId)
    const { facts } = feed
    const { code, retryAfterMs = Infinity } = error
    if (code === 'muted') facts.change(() => (facts.mutedUntil = this.context.serverNow() + retryAfterMs))
    else if (outdated.has(code) && (code === 'not_a_member' || facts.access !== undefined)) {
      this.checkMembership(chatRoomId)
    }
  }

  expelled(chatRoomId: string, { reason, note, until }: Removal): void {
    const { feed, room } = this.open(chatRoomId)
    // This event may be a late repetition of an earlier one, or of a removal after which the user was added again.
    const isDoubtful = feed.expelledAt > 0 || feed.wasAddedAgain
    feed.wasAddedAgain = false
    const error = feed.expelled({ reason, ...(until !== undefined && { until }) })
    if (!error) return
    const removal: Removal = { reason, ...(note !== undefined && { note }), ...(until !== undefined && { until }) }
    this.context.outbox.drop(room.destination, error)
    feed.emitter.emit('removed', removal)
    this.#hooks.onRemoved(room, removal)
    if (isDoubtful) this.#findAgain(chatRoomId)
  }

  userErased(userId: string): void {
    this.#hooks.onErased(userId)
  }

  unreadChanged(totals: UnreadTotals): void {
    this.#hooks.onUnread(totals)
  }

  unreadThreadsChanged(count: number): void {
    this.#hooks.onUnreadThreads(count)
  }

  /** Called when a new link is in use: the rooms request what they still miss. */
  resume(): void {
    for (const { feed } of this.#entries.values()) feed.resume()
  }

  /** Called when the client has disconnected. */
  pause(): void {
    for (const { feed } of this.#entries.values()) feed.pause()
  }

  /** Adds a room again if the server says that this user is a member now. For replies and events that contradict. */
  #findAgain(chatRoomId: string, link?: Link): void {
    this.#getRoom(chatRoomId, link)
      .then((reply) => this.handle([{ event: 'roomAdded', ...reply }]))
      // If the request fails, the next head check decides.
      .catch(() => {})
  }

  /** @param link a link that has just synced and may not be in use yet */
  #getRoom(chatRoomId: string, link: Link | undefined): Promise<Reply<'getRoom'>> {
    const frame = { action: 'getRoom', chatRoomId } as const
    return link ? link.request(frame) : this.#connection.once(frame)
  }

  /** Called when this user has left a room on another connection. */
  #removed(chatRoomId: string): void {
    const { feed } = this.open(chatRoomId)
    feed.left()
    feed.emitter.emit('memberLeft', { userId: this.context.userId ?? '', timestamp: this.context.serverNow() })
  }
}
