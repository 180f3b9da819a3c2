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

/** The fields of a new room, for `client.createRoom`. */
export type NewRoom = Omit<RequestFrame<'createRoom'>, 'action' | 'requestId' | 'userId'>

/** The events of a client, for `client.on`. */
export interface ClientEvents {
  /** The connection's status has changed. */
  status: StatusChange
  /**
   * This user is a member of a room that this client didn't know as joined. The first `sync` found it, or somebody
   * added the user: then `room.addedBy` has that person's id.
   */
  roomAdded: Room
  /** The list `client.rooms` has changed. */
  rooms: undefined
  /** This user was removed from a room, or the room was deleted. The room emits its own `removed` event first. */
  removed: Removal & { room: Room }
  /** A message has arrived in any of the user's rooms. The room emits its own `message` event too. */
  message: { room: Room; message: MessageEvent }
  /** The number of unread messages or mentions in all rooms together has changed. */
  unread: UnreadTotals
  /** The number of followed threads with unread replies has changed. The payload is that number. */
  unreadThreads: number
  /** The other user of a direct room has come online, or has been offline for 15 seconds. */
  online: OnlineChange
}

/**
 * Connects a user to the chat and gives access to all rooms of that user. Create one client per user and page, and keep
 * it for as long as the user is signed in.
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
   * Adds a listener for one of the client's events. A function that is added twice is called twice.
   *
   * @param name `status`, `rooms`, `roomAdded`, `removed`, `message`, `unread`, `unreadThreads` or `online`, see
   * {@link ClientEvents}
   * @param listener receives the event's payload; an error that it throws goes to the option `onError`
   * @returns a function that removes the listener
   *
   * @example
   * const stop = client.on('status', ({ status, retryInMs }) => console.log(status, retryInMs))
   * stop()
   */
  readonly on: Emitter<ClientEvents>['on']
  /** Adds a listener, as `on` does, for the next event of that name only. */
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
   * Creates a client. Call `connect()` to connect it.
   *
   * @param given `url` and `getToken`; all other options have defaults
   * @throws TypeError when `url` is not a `ws://` or `wss://` address
   */
  constructor(given: ChatClientOptions) {
    const options = resolveOptions(given)
    this.#emitter = new Emitter(options.onError)
    const subscribe =
      (how: 'on' | 'once'): Emitter<ClientEvents>['on'] =>
      (name, listener) => {
        const { reads } = this.#rooms.context
        if (name === 'unread') reads.use()
        if (name === 'unreadThreads') reads.threads.use()
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
      onRooms: () => this.#emitter.emit('rooms', undefined),
      onRemoved: (room, removal) => this.#emitter.emit('removed', { room, ...removal }),
      onMessage: (room, message) => this.#emitter.emit('message', { room, message }),
      onUnread: (totals) => this.#emitter.emit('unread', totals),
      onUnreadThreads: (count) => this.#emitter.emit('unreadThreads', count),
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

  /** The current status of the connection. The event `status` reports each change. */
  get status(): Status {
    return this.#connection.status
  }

  /** The id of the user to whom the token belongs. `undefined` before the first connection. */
  get userId(): string | undefined {
    return this.#rooms.context.userId
  }

  /**
   * The limits of the deployment, as the server announced them when the client last connected. `undefined` before the
   * first connection. {@link protocolLimits} has the defaults.
   *
   * - Bytes, for texts bytes of UTF-8: `contentBytes`, `captionBytes`, `fileBytes`, `frameBytes`, `messageBytes`.
   * - Characters: `fileNameChars`, `roomNameChars`.
   * - Counts: `createRoomMembers`, `historyPage`.
   * - Milliseconds: `typingRepeatMs`, `typingExpiryMs`, `idleTimeoutMs`, `connectionLifetimeMs`.
   * - `contentTypes`: the media types that may be uploaded. `image/*` stands for all images.
   *
   * @example
   * if (client.limits && file.size > client.limits.fileBytes) throw new Error('the file is too large')
   */
  get limits(): Limits | undefined {
    return this.#rooms.context.limits
  }

  /** The server's features beyond version 1 of the protocol, such as `search`. Empty before the first connection. */
  get features(): readonly string[] {
    return this.#rooms.context.features
  }

  /**
   * The server's time in epoch milliseconds, as far as the client knows. Compare times from the server, such as
   * `fileUrlExpiresAt`, with this time and not with the device's clock, which may be wrong.
   */
  get serverNow(): number {
    return this.#rooms.context.serverNow()
  }

  /** The rooms that this user is a member of, as far as the client knows. Complete once `connect()` has resolved. */
  get rooms(): Room[] {
    return this.#rooms.joined
  }

  /**
   * How many messages and mentions this user has not read on any device, in all rooms together. The numbers are zero
   * until the client has connected and the server has counted. Counting starts with the first use of this property, of
   * `room.unread`, or of an `unread` event.
   */
  get unread(): UnreadTotals {
    return this.#rooms.context.reads.totals
  }

  /**
   * How many of the threads that this user follows have unread replies. Replies that are only shown in their threads
   * don't count in `unread`. The number is zero until the client has connected and read the list of threads, which it
   * does at the first use of this property, of `thread.unread` or of an `unreadThreads` event.
   */
  get unreadThreads(): number {
    return this.#rooms.context.reads.threads.count
  }

  /**
   * Connects, and stays connected until `disconnect()`. A lost connection is opened again automatically, with backoff.
   * Calling this while the client waits for its next attempt starts that attempt at once. Calling it while the client
   * is connected does nothing.
   *
   * @returns a promise that resolves when the client is connected and knows all rooms. For a user of many rooms the
   * status becomes `connected` earlier: the rooms that the application has used last are synced first
   * @throws ChatError `forbidden` when `getToken` threw `UnauthorizedError` or the server refused with 403, `no_token`
   * when `getToken` returned no text, `banned`, `internal` when no socket could be created, or `disconnected` when
   * `disconnect()` is called meanwhile
   *
   * @example
   * try {
   *   await client.connect()
   * } catch (error) {
   *   if (error instanceof ChatError && error.code === 'forbidden') console.log('please sign in again')
   * }
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

  /**
   * Closes the connection and ends every `for await` loop over messages. Messages that are not sent yet stay in the
   * outbox and are sent after the next `connect()`.
   */
  disconnect(): void {
    this.#stopWatching()
    const { reads, options } = this.#rooms.context
    reads.flush().catch(options.onError)
    this.#connection.disconnect()
    this.#rooms.pause()
    this.#directs.endStreams()
  }

  /**
   * Waits until the client is connected. Doesn't connect: that is what `connect()` is for.
   *
   * @returns a promise that resolves when the status is `connected`, at once if it already is
   * @throws ChatError the error of `status` when the status is or becomes `failed`, or `disconnected` when
   * `disconnect()` is called meanwhile
   */
  ready(): Promise<void> {
    return this.#connection.ready()
  }

  /**
   * Returns the room with an id, always the same object. Sends no request, so the room may not exist, and this user may
   * not be a member.
   *
   * @param chatRoomId 1 to 64 characters of `A-Z a-z 0-9 _ : -`
   *
   * @example
   * await client.room('general').join()
   */
  room(chatRoomId: string): Room {
    return this.#rooms.open(chatRoomId).room
  }

  /**
   * Returns the direct conversation with one user, always the same object. Sends no request: the server creates the
   * room with the first message.
   *
   * @param userId the other user's id, 1 to 128 characters
   *
   * @example
   * client.direct('bob').send({ content: 'just between us' })
   */
  direct(userId: string): DirectRoom {
    return this.#directs.open(userId)
  }

  /**
   * Creates a room and makes this user its owner. Waits for a connection. Is not retried when the connection is lost,
   * because that might create two rooms.
   *
   * @param room `roomName`: 1 to 128 characters; `chatRoomId`: the room's id, by default chosen by the server;
   * `members`: ids of other users, at most 100; `access`: who may enter, by default `client.limits.defaultRoomAccess`;
   * `topic`, `settings` and `metadata` as for `room.update`
   * @returns the room; its `refused` has those of `members` who were not added
   * @throws ChatError `conflict` when the id is taken, `forbidden` when this user may not create rooms or choose ids,
   * `invalid_request`, `disconnected`, `timeout`
   *
   * @example
   * const kitchen = await client.createRoom({ roomName: 'Kitchen', members: ['bob'] })
   * kitchen.send({ content: 'welcome' })
   */
  async createRoom(room: NewRoom): Promise<Room> {
    const reply = await this.#rooms.context.onceConnected({ action: 'createRoom', ...room })
    const created = this.#rooms.open(reply.chatRoomId)
    const nothing = { recovered: true, events: [], headRev: 0, changesRecovered: true, changes: [] }
    created.feed.facts.refused = reply.refused ?? []
    created.feed.entered({ ...reply, ...nothing })
    return created.room
  }

  /**
   * Joins the room that an invite belongs to. Waits for a connection and retries.
   *
   * @returns the room, which receives new messages from now on
   * @throws ChatError `invalid_invite` when the invite doesn't exist, has expired, was revoked or is used up; `banned`
   * when this user is banned from the room
   *
   * @example
   * const { invite } = await room.createInvite()
   * const joined = await client.join({ invite })
   * console.log(joined.name)
   */
  join({ invite }: { invite: string }): Promise<Room> {
    return this.#rooms.join(invite)
  }

  /**
   * Reads one page of the deployment's public rooms, ordered by name. Waits for a connection and retries.
   *
   * @param page `prefix`: only rooms whose name begins with this text, ignoring case; `cursor`: the `nextCursor` of the
   * previous page
   *
   * @example
   * const { rooms } = await client.publicRooms({ prefix: 'rel' })
   * console.log(rooms.map(({ roomName }) => roomName))
   */
  publicRooms(page: { prefix?: string; cursor?: string } = {}): Promise<Reply<'listPublicRooms'>> {
    return this.#rooms.context.patiently({ action: 'listPublicRooms', ...page })
  }

  /**
   * Asks which members of some rooms are online, with one request per 50 rooms. Waits for a connection and retries. The
   * event `online` reports later changes in direct rooms.
   *
   * @param rooms rooms that this user is a member of, or their ids
   * @returns for each `chatRoomId`, at most 200 `userIds`; `capped` says that there may be more
   * @throws ChatError `unknown_action` from a server without the feature `presence`, `disconnected`
   *
   * @example
   * const online = await client.online([room])
   * console.log(online[room.id]?.userIds)
   */
  online(rooms: readonly (Room | string)[]): Promise<OnlineUsers> {
    const ids = rooms.map((room) => (typeof room === 'string' ? room : room.id))
    return whoIsOnline(this.#rooms.context, ids)
  }

  /**
   * Blocks a user, who can then no longer write to this user directly or add them to rooms. The blocked user isn't
   * informed. Waits for a connection and retries.
   *
   * @throws ChatError `disconnected`
   */
  async block(userId: string): Promise<void> {
    await this.#rooms.context.patiently({ action: 'blockUser', userId })
  }

  /**
   * Ends a block. Succeeds when the user isn't blocked. Waits for a connection and retries.
   *
   * @throws ChatError `disconnected`
   */
  async unblock(userId: string): Promise<void> {
    await this.#rooms.context.patiently({ action: 'unblockUser', userId })
  }

  /**
   * Reads the ids of all users whom this user has blocked. Waits for a connection and retries.
   *
   * @throws ChatError `disconnected`
   */
  async blocked(): Promise<string[]> {
    return listed(
      (cursor) => this.#rooms.context.patiently({ action: 'listBlocked', ...cursor }),
      ({ userIds }) => userIds,
    )
  }

  /**
   * Reads one page of the messages that mention this user, the newest first. Waits for a connection and retries.
   *
   * @param page `cursor`: the `nextCursor` of the previous page
   */
  mentions(page: { cursor?: string } = {}): Promise<Reply<'getMentions'>> {
    return this.#rooms.context.patiently({ action: 'getMentions', ...page })
  }

  /**
   * Finds messages by their words and returns one page of them, the newest first. The last word of `query` may be the
   * beginning of a word. Waits for a connection and retries. `client.features` includes `search` if the server supports
   * it.
   *
   * @param search `query`: the words; `rooms`: 1 to 10 rooms that this user is a member of; `from`: only messages of
   * the user with this id; `before`: only messages before this time, epoch milliseconds; `limit`: 1 to 50, default 20;
   * `cursor`: the `nextCursor` of the previous page
   * @returns `hits`, each with the words that `matched`. A page may have no hits and still have a `nextCursor`
   * @throws ChatError `forbidden` from a server without search, `not_a_member`, `invalid_request` when `query` has no
   * word
   *
   * @example
   * const { hits } = await client.searchMessages({ query: 'release not', rooms: client.rooms.slice(0, 10) })
   * console.log(hits.map(({ message }) => message.content))
   */
  searchMessages({ rooms, ...search }: MessageSearch & { rooms: readonly (Room | string)[] }): Promise<FoundMessages> {
    const chatRoomIds = rooms.map((room) => (typeof room === 'string' ? room : room.id))
    return this.#rooms.context.patiently({ action: 'searchMessages', chatRoomIds, ...search })
  }

  /**
   * Reads one page of the threads that this user follows: those that they started or replied in, or followed with
   * `thread.follow()`. Waits for a connection and retries.
   *
   * @param page `cursor`: the `nextCursor` of the previous page
   * @returns `threads`: each with its room, its first message and the number of unread replies at the time of the
   * request. `thread.unread` keeps that number up to date
   *
   * @example
   * const { threads } = await client.threads()
   * for (const { chatRoomId, root } of threads) client.room(chatRoomId).thread(root.messageId).markRead()
   */
  async threads(page: { cursor?: string } = {}): Promise<Reply<'getThreads'>> {
    const { context } = this.#rooms
    const reply = await context.patiently({ action: 'getThreads', ...page })
    context.reads.threads.listed(reply)
    return reply
  }

  /**
   * Returns the user with an id, always the same object. The client requests the profile when `profile` is first read
   * or a listener is added, together with other users' profiles that are wanted at that time. A profile older than 10
   * minutes is requested again at the next use.
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
   * no picture; `metadata`: the application's own data, at most 2,048 bytes as JSON. Fields that are left out don't
   * change
   * @returns the changed profile
   * @throws ChatError `forbidden` when only the deployment may set profiles, `invalid_request`
   *
   * @example
   * await client.setProfile({ name: 'Ada Lovelace' })
   */
  setProfile(changes: ProfileChanges): Promise<Profile> {
    return this.#users.set(changes)
  }

  #statusChanged(change: StatusChange): void {
    if (change.status !== 'connected') this.#headCheck.stop()
    if (change.status === 'failed' && change.error) this.#outbox.failAll(change.error)
    this.#emitter.emit('status', change)
  }

  /** Called when a new link is in use: sends the requests and messages that waited for a connection. */
  #linkChanged(): void {
    this.#rooms.resume()
    this.#outbox.resume()
    this.#rooms.context.reads.resume()
    this.#users.resume()
    this.#directs.findRooms()
    this.#headCheck.start()
  }
}
