import type { Reply } from '../src/protocol/actions.ts'
import type { Limits } from '../src/protocol/announced-limits.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import type { Profile } from '../src/protocol/profile-actions.ts'
import { ClientConnection, type Status, type StatusChange } from './client-connection.ts'
import type { DirectRoom } from './direct-room.ts'
import { DirectRooms } from './direct-rooms.ts'
import { Emitter } from './emitter.ts'
import { HeadCheck } from './head-check.ts'
import { type ChatClientOptions, resolveOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import { type OnlineChange, type OnlineUsers, OnlineWatch, whoIsOnline } from './online.ts'
import type { FoundMessages, MessageSearch } from './message-search.ts'
import { onHidden } from './on-hidden.ts'
import type { UnreadTotals } from './reads.ts'
import type { Room } from './room.ts'
import type { Removal } from './removal.ts'
import { RoomRegistry } from './room-registry.ts'
import { listed } from './pages.ts'
import type { RequestFrame } from './request-frame.ts'
import { type ProfileChanges, type User, Users } from './users.ts'
import { onWakeUp } from './wake-ups.ts'

/** What `client.createRoom` takes. */
export type NewRoom = Omit<RequestFrame<'createRoom'>, 'action' | 'requestId' | 'userId'>

/** The events of a client, for `client.on`. */
export interface ClientEvents {
  /** The connection's status has changed. */
  status: StatusChange
  /**
   * This user is in a room that this client hasn't joined: found by the first `sync`, or added by somebody, whom
   * `room.addedBy` names.
   */
  roomAdded: Room
  /** This user was shown out of a room, or it was deleted. The room's own event `removed` comes before. */
  removed: Removal & { room: Room }
  /** A message has come, in any room of the user, as the room's own event `message` tells it. */
  message: { room: Room; message: MessageEvent }
  /** What is unread in all rooms together has changed. */
  unread: UnreadTotals
  /** In direct rooms: the other user is online, or has been offline for 15 s. */
  online: OnlineChange
}

/**
 * A user's connection to the chat, with all rooms of the user. One per user and page is enough.
 *
 * @example
 * const client = new ChatClient({ url: 'wss://chat.example/prod', getToken })
 * await client.connect()
 * const room = client.room('general')
 * room.on('message', ({ senderId, content }) => console.log(senderId, content))
 * await room.join()
 * room.send({ content: 'hello' })
 */
export class ChatClient {
  /**
   * Subscribes to the client's events.
   *
   * @param name `status`, `roomAdded`, `removed`, `message`, `unread` or `online`, see {@link ClientEvents}
   * @param listener receives the event's payload; what it throws goes to the option `onError`
   * @returns a function that unsubscribes
   */
  readonly on: Emitter<ClientEvents>['on']
  /** As `on`, for the next event of that name only. */
  readonly once: Emitter<ClientEvents>['on']
  readonly #emitter: Emitter<ClientEvents>
  readonly #connection: ClientConnection
  readonly #outbox: Outbox
  readonly #rooms: RoomRegistry
  readonly #directs: DirectRooms
  readonly #headCheck: HeadCheck
  readonly #users: Users
  #stopWatching = () => {}

  /**
   * Makes a client that is not connected yet.
   *
   * @param given `url` and `getToken`; all other options have defaults
   * @throws TypeError when `url` is no `ws://` or `wss://` address
   */
  constructor(given: ChatClientOptions) {
    const options = resolveOptions(given)
    this.#emitter = new Emitter(options.onError)
    const subscribe =
      (how: 'on' | 'once'): Emitter<ClientEvents>['on'] =>
      (name, listener) => {
        if (name === 'unread') this.#rooms.context.reads.use()
        return this.#emitter[how](name, listener)
      }
    this.on = subscribe('on')
    this.once = subscribe('once')
    this.#connection = new ClientConnection(options, {
      session: () => this.#rooms.session,
      sync: (link, onFirst) => this.#rooms.sync(link, onFirst),
      canEncode: () => this.#rooms.context.hasFeature('contentEncoding'),
      onEvents: (events) => this.#rooms.handle(events),
      onStatus: (change) => this.#statusChanged(change),
      onLink: () => this.#linkChanged(),
      onAllRooms: () => this.#directs.findRooms(),
    })
    this.#outbox = new Outbox(options, () => this.#connection.link)
    this.#rooms = new RoomRegistry(options, this.#connection, this.#outbox, {
      onAdded: (room) => this.#emitter.emit('roomAdded', room),
      onRemoved: (room, removal) => this.#emitter.emit('removed', { room, ...removal }),
      onMessage: (room, message) => this.#emitter.emit('message', { room, message }),
      onUnread: (totals) => this.#emitter.emit('unread', totals),
      onOnline: (event) => online.told(event),
      onErased: (userId) => this.#users.erased(userId, this.#rooms.context.serverNow()),
      beforeAdded: (room) => this.#directs.beforeAdded(room),
    })
    const { context } = this.#rooms
    const online = new OnlineWatch(
      options.clock,
      () => context.serverNow(),
      (change) => this.#emitter.emit('online', change),
    )
    this.#directs = new DirectRooms(this.#rooms, this.#connection)
    this.#users = new Users(this.#rooms.context)
    this.#headCheck = new HeadCheck(this.#rooms.context, (heads) => this.#rooms.compare(heads))
    this.#outbox.restore((to) =>
      'chatRoomId' in to ? this.room(to.chatRoomId).destination : this.direct(to.recipientId).destination,
    )
  }

  /** What the connection is doing now. The event `status` reports each change. */
  get status(): Status {
    return this.#connection.status
  }

  /** The token's user. `undefined` before the first connection. */
  get userId(): string | undefined {
    return this.#rooms.context.userId
  }

  /**
   * What the deployment accepts, as it announced when the client last connected: sizes in bytes of UTF-8
   * (`contentBytes`, `captionBytes`, `fileBytes`, `frameBytes`, `messageBytes`), lengths in characters
   * (`fileNameChars`, `roomNameChars`), counts (`createRoomMembers`, `historyPage`), times in ms (`typingRepeatMs`,
   * `typingExpiryMs`, `idleTimeoutMs`, `connectionLifetimeMs`), and `contentTypes`, the media types that may be
   * uploaded, where `image/*` stands for all images. `undefined` before the first connection.
   *
   * @example
   * if (client.limits && file.size > client.limits.fileBytes) throw new Error('the file is too large')
   */
  get limits(): Limits | undefined {
    return this.#rooms.context.limits
  }

  /** What the server has beyond version 1 of the protocol, `search` for example. Empty before the first connection. */
  get features(): readonly string[] {
    return this.#rooms.context.features
  }

  /**
   * The server's time, epoch ms, as far as the client knows: the device's clock may be wrong. Compare it with
   * `fileUrlExpiresAt` and other times of the server.
   */
  get serverNow(): number {
    return this.#rooms.context.serverNow()
  }

  /** The rooms that this user is in, as far as the client knows: all of them once `connect()` has resolved. */
  get rooms(): Room[] {
    return this.#rooms.joined
  }

  /**
   * What this user has not read in all rooms together, on any device; of the rooms that the client knows, so all zeros
   * until it is connected. It is counted by the server, from the first look at it or at `room.unread` on.
   */
  get unread(): UnreadTotals {
    return this.#rooms.context.reads.totals
  }

  /**
   * Connects, and stays connected until `disconnect()`: a lost connection is opened again with backoff. Does nothing
   * when the client is connected; doesn't wait for the backoff when it isn't.
   *
   * @returns a promise that resolves when the client is connected and knows all rooms. The status is `connected` before
   * that for a user of many rooms: the rooms that the application has used last come first
   * @throws ChatError `forbidden` when `getToken` threw `UnauthorizedError`, `disconnected` after `disconnect()`
   */
  connect(): Promise<void> {
    this.#stopWatching()
    const { reads, options } = this.#rooms.context
    const stops = [
      onWakeUp(() => this.#connection.check()),
      onHidden(() => {
        reads.flush().catch(options.onError)
      }),
    ]
    this.#stopWatching = () => stops.forEach((stop) => stop())
    this.#connection.connect()
    const ready = this.#connection.ready(true)
    // An application that only listens to `status` must not crash with an unhandled rejection.
    ready.catch(() => {})
    return ready
  }

  /** Ends the connection, and every loop over messages. Messages that wait to be sent go on waiting for `connect()`. */
  disconnect(): void {
    this.#stopWatching()
    const { reads, options } = this.#rooms.context
    reads.flush().catch(options.onError)
    this.#connection.disconnect()
    this.#rooms.pause()
    this.#directs.endStreams()
  }

  /**
   * Waits for the connection.
   *
   * @returns a promise that resolves when connected
   * @throws ChatError `forbidden` when `getToken` threw `UnauthorizedError`, `disconnected` after `disconnect()`
   */
  ready(): Promise<void> {
    return this.#connection.ready()
  }

  /**
   * Returns the room with an id, always the same object. Sends nothing: the room may not exist, and this user may not
   * be in it.
   *
   * @param chatRoomId 1 to 64 of `A-Z a-z 0-9 _ : -`
   */
  room(chatRoomId: string): Room {
    return this.#rooms.open(chatRoomId).room
  }

  /**
   * Returns the conversation with one user, always the same object. Sends nothing: the server makes the room at the
   * first message.
   *
   * @param userId the other user's id, 1 to 128 characters
   */
  direct(userId: string): DirectRoom {
    return this.#directs.open(userId)
  }

  /**
   * Creates a room with this user in it. Waits for a connection, but is not repeated when the connection is lost,
   * because that might create two rooms.
   *
   * @param room `chatRoomId`: the id, chosen by the server when left out; `roomName`: 1 to 128 characters; `members`:
   * ids of other users, at most 100; `access`: who may enter, by default `client.limits.defaultRoomAccess`; `topic`,
   * `settings` and `metadata` as for `room.update`
   * @throws ChatError `conflict` when the id is taken, `forbidden` when this user may make no rooms or choose no ids,
   * `invalid_request`, `disconnected`, `timeout`
   */
  async createRoom(room: NewRoom): Promise<Room> {
    const reply = await this.#rooms.context.onceConnected({ action: 'createRoom', ...room })
    const created = this.#rooms.open(reply.chatRoomId)
    const nothing = { recovered: true, events: [], headRev: 0, changesRecovered: true, changes: [] }
    created.feed.entered({ ...reply, ...nothing })
    return created.room
  }

  /**
   * Joins the room of an invite. Waits for a connection and retries.
   *
   * @returns the room; new messages arrive from now on
   * @throws ChatError `invalid_invite` when there is none, or it has expired, was revoked or is used up; `banned`
   */
  join({ invite }: { invite: string }): Promise<Room> {
    return this.#rooms.join(invite)
  }

  /**
   * Reads one page of the public rooms, in the order of their names. Waits for a connection and retries.
   *
   * @param page `prefix`: how the name begins, in whatever case; `cursor`: the `nextCursor` of the page before
   */
  publicRooms(page: { prefix?: string; cursor?: string } = {}): Promise<Reply<'listPublicRooms'>> {
    return this.#rooms.context.patiently({ action: 'listPublicRooms', ...page })
  }

  /**
   * Asks who of some rooms is online, 50 rooms in each request. Waits for a connection and retries. The event `online`
   * tells what changes in direct rooms.
   *
   * @param rooms of which this user is in
   * @returns by `chatRoomId`, at most 200 `userIds`, and with `capped` there may be more
   * @throws ChatError `unknown_action` from a server without `presence`, `disconnected`
   */
  online(rooms: readonly (Room | string)[]): Promise<OnlineUsers> {
    const ids = rooms.map((room) => (typeof room === 'string' ? room : room.id))
    return whoIsOnline(this.#rooms.context, ids)
  }

  /** From now on a user can't write to this one and can't put them into rooms. They are not told. Retries. */
  async block(userId: string): Promise<void> {
    await this.#rooms.context.patiently({ action: 'blockUser', userId })
  }

  /** Ends a block. Retries. */
  async unblock(userId: string): Promise<void> {
    await this.#rooms.context.patiently({ action: 'unblockUser', userId })
  }

  /** Reads the ids of all users that this one has blocked. Retries. */
  async blocked(): Promise<string[]> {
    return listed(
      (cursor) => this.#rooms.context.patiently({ action: 'listBlocked', ...cursor }),
      ({ userIds }) => userIds,
    )
  }

  /**
   * Reads one page of where this user was mentioned, the newest first. Retries.
   *
   * @param page `cursor`: the `nextCursor` of the page before
   */
  mentions(page: { cursor?: string } = {}): Promise<Reply<'getMentions'>> {
    return this.#rooms.context.patiently({ action: 'getMentions', ...page })
  }

  /**
   * Finds messages by their words, the newest first: one page. The last word of `query` may be a beginning. Retries.
   * `client.features` has `search` where the server can.
   *
   * @param search `rooms`: 1 to 10 that this user is in; `from`: only what this user said; `before`: only from before
   * this time, epoch ms; `limit`: 1 to 50, default 20; `cursor`: the `nextCursor` of the page before
   * @returns `hits`, each with the words that `matched`; a page with `nextCursor` may have none
   * @throws ChatError `forbidden` where the server has no search, `not_a_member`, `invalid_request` without a word
   */
  searchMessages({ rooms, ...search }: MessageSearch & { rooms: readonly (Room | string)[] }): Promise<FoundMessages> {
    const chatRoomIds = rooms.map((room) => (typeof room === 'string' ? room : room.id))
    return this.#rooms.context.patiently({ action: 'searchMessages', chatRoomIds, ...search })
  }

  /** Reads one page of the threads that this user follows, as `mentions`: those that they started or replied in. */
  threads(page: { cursor?: string } = {}): Promise<Reply<'getThreads'>> {
    return this.#rooms.context.patiently({ action: 'getThreads', ...page })
  }

  /**
   * Returns who a user is, always the same object. Its `profile` is asked for when it is first looked at, in one
   * request for all who are looked at meanwhile, and again at a look after 10 minutes.
   *
   * @example
   * const ada = client.user('ada')
   * ada.on('change', ({ name }) => console.log(name ?? ada.id))
   */
  user(userId: string): User {
    return this.#users.open(userId)
  }

  /**
   * Changes this user's own profile. Waits for a connection and retries.
   *
   * @param changes `name`: 1 to 64 characters; `imageUrl`: an `https://` URL of at most 1,024 characters, or `null` for
   * none; `metadata`: the application's own data, at most 2,048 bytes as JSON. What is left out stays
   * @returns the profile that holds now
   * @throws ChatError `forbidden` where the deployment says who its users are, `invalid_request`
   */
  setProfile(changes: ProfileChanges): Promise<Profile> {
    return this.#users.set(changes)
  }

  #statusChanged(change: StatusChange): void {
    if (change.status !== 'connected') this.#headCheck.stop()
    if (change.status === 'failed' && change.error) this.#outbox.failAll(change.error)
    this.#emitter.emit('status', change)
  }

  /** A link has taken over: requests and messages that waited for it are sent. */
  #linkChanged(): void {
    this.#rooms.resume()
    this.#outbox.resume()
    this.#rooms.context.reads.resume()
    this.#users.resume()
    this.#directs.findRooms()
    this.#headCheck.start()
  }
}
