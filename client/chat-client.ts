import type { Reply } from '../src/protocol/actions.ts'
import type { ChatEvent, MessageEvent } from '../src/protocol/events.ts'
import { TYPING_EXPIRY_MS, TYPING_REPEAT_MS } from '../src/protocol/limits.ts'
import { Connection, type Status, type StatusChange } from './connection.ts'
import { DirectRoom } from './direct-room.ts'
import { Emitter } from './emitter.ts'
import { HeadCheck } from './head-check.ts'
import { isNotAMember } from './errors.ts'
import type { Link } from './link.ts'
import { type ChatClientOptions, type Settings, settingsOf } from './options.ts'
import { Outbox, type OutgoingMessage, type Sent } from './outbox.ts'
import { askPatiently } from './patience.ts'
import { Room } from './room.ts'
import { RoomFeed } from './room-feed.ts'
import type { Session } from './session.ts'
import { onWakeUp } from './wake-ups.ts'

export interface ClientEvents {
  status: StatusChange
  /** A room that this user is in, without this client having joined it. */
  roomAdded: Room
}

/** Characters of room positions in one `sync`, so that its frame stays below 32 KB. The others are asked for after it. */
const CLAIMS_CHARS = 24_000

/** Nothing for what is no address. */
const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '')

/** Whether a room is the server's for two users, told by its id. */
const isDirect = (chatRoomId: string): boolean => chatRoomId.startsWith('dm:')

/**
 * A user's chat.
 *
 * @example
 * const client = new ChatClient({ url: 'wss://…', getToken })
 * await client.connect()
 * const room = client.room('general')
 * room.on('message', ({ senderId, content }) => console.log(senderId, content))
 * await room.join()
 * room.send({ content: 'hello' })
 */
export class ChatClient {
  /** Listens to the client; the answer ends it. */
  readonly on: Emitter<ClientEvents>['on']
  readonly #settings: Settings
  readonly #emitter: Emitter<ClientEvents>
  readonly #connection: Connection
  readonly #outbox: Outbox
  readonly #session: Session
  readonly #headCheck: HeadCheck
  readonly #rooms = new Map<string, { room: Room; feed: RoomFeed }>()
  readonly #directs = new Map<string, DirectRoom>()
  #hello: Reply<'sync'> | undefined
  /** What to add to our clock for the server's. */
  #clockOffsetMs = 0
  #stopWatching = () => {}

  /** @throws TypeError when `url` is no address of a WebSocket */
  constructor(options: ChatClientOptions) {
    if (!/^wss?:$/.test(protocolOf(options.url))) {
      throw new TypeError(`unable to make a client; the url is no ws:// or wss:// address: ${String(options.url)}`)
    }
    const settings = settingsOf(options)
    this.#settings = settings
    this.#emitter = new Emitter(settings.onError)
    this.on = this.#emitter.on.bind(this.#emitter)
    const connection = new Connection(settings, {
      sync: (link) => this.#sync(link),
      onEvents: (events) => this.#handle(events),
      onStatus: (change) => this.#changed(change),
      onLink: () => this.#resume(),
    })
    this.#connection = connection
    this.#outbox = new Outbox(settings, () => connection.link)
    const limits = () => this.#hello?.limits ?? { typingRepeatMs: TYPING_REPEAT_MS, typingExpiryMs: TYPING_EXPIRY_MS }
    this.#session = {
      settings,
      outbox: this.#outbox,
      get limits() {
        return limits()
      },
      serverNow: () => settings.clock.now() + this.#clockOffsetMs,
      once: (frame) => this.#heeded(frame, connection.once(frame)),
      patiently: (frame, signal) => this.#heeded(frame, askPatiently(connection, frame, settings, signal)),
      doubt: (chatRoomId) => this.#doubt(chatRoomId),
      echo: (message, sent) => this.#echo(message, sent),
    }
    this.#headCheck = new HeadCheck(this.#session, (heads) => {
      for (const [chatRoomId, { feed }] of this.#rooms) {
        const headSeq = heads.get(chatRoomId)
        if (headSeq === undefined) this.#doubt(chatRoomId)
        else if (feed.membership === 'member') feed.inbox.expect(headSeq)
      }
    })
  }

  get status(): Status {
    return this.#connection.status
  }

  /** The token's user; known after the first connection. */
  get userId(): string | undefined {
    return this.#hello?.userId
  }

  /** The rooms that this user is in, as far as the client has been told. */
  get rooms(): Room[] {
    return [...this.#rooms.values()].flatMap(({ room }) => (room.joined ? [room] : []))
  }

  /** Connects, and stays connected until `disconnect()`. Resolves as `ready()` does. */
  connect(): Promise<void> {
    this.#stopWatching()
    this.#stopWatching = onWakeUp(() => this.#connection.check())
    this.#connection.connect()
    const ready = this.ready()
    // Whoever listens to `status` instead is not to be brought down by it.
    ready.catch(() => {})
    return ready
  }

  /** Ends the connection; what waits to be sent goes on waiting, and a loop over messages ends. */
  disconnect(): void {
    this.#stopWatching()
    this.#connection.disconnect()
    for (const { feed } of this.#rooms.values()) feed.streams.end()
    for (const direct of this.#directs.values()) direct.streams.end()
  }

  /** Resolves when connected. @throws ChatError when it won't be: after `failed` and `disconnect()` */
  ready(): Promise<void> {
    return this.#connection.ready()
  }

  /** The room with that id: always the same object. Nothing is asked of the server before `join`. */
  room(chatRoomId: string): Room {
    return this.#open(chatRoomId).room
  }

  /** The conversation with one user: always the same object. */
  direct(userId: string): DirectRoom {
    let direct = this.#directs.get(userId)
    if (!direct) {
      direct = new DirectRoom(this.#session, userId, (self, sent) => this.#met(self, sent))
      this.#directs.set(userId, direct)
      if (this.#connection.link) this.#findPeers()
    }
    return direct
  }

  /**
   * Makes a room, with this user and `members` (others, at most 100) in it.
   *
   * @throws ChatError `conflict` when the id is taken
   */
  async createRoom(room: { chatRoomId?: string; roomName: string; members?: string[] }): Promise<Room> {
    await this.ready()
    const reply = await this.#connection.once({ action: 'createRoom', ...room })
    const opened = this.#open(reply.chatRoomId)
    opened.feed.entered({ ...reply, recovered: true, events: [] }, undefined)
    return opened.room
  }

  #open(chatRoomId: string): { room: Room; feed: RoomFeed } {
    let opened = this.#rooms.get(chatRoomId)
    if (!opened) {
      const feed = new RoomFeed(chatRoomId, this.#session)
      opened = { feed, room: new Room(this.#session, feed) }
      this.#rooms.set(chatRoomId, opened)
    }
    return opened
  }

  async #sync(link: Link): Promise<Reply<'sync'>> {
    const claimed: Record<string, number> = {}
    const listed = new Set<string>()
    const added: Room[] = []
    let after = ''
    let cursor: string | undefined
    let hello: Reply<'sync'> | undefined
    do {
      const rooms = this.#claims(after)
      Object.assign(claimed, rooms)
      const reply = await link.request({ action: 'sync', rooms, ...(cursor === undefined ? {} : { cursor }) })
      hello ??= reply
      this.#hello = hello
      this.#clockOffsetMs = reply.serverTime - this.#settings.clock.now()
      for (const entry of reply.rooms) {
        const { feed, room } = this.#open(entry.chatRoomId)
        listed.add(entry.chatRoomId)
        if (feed.membership !== 'member') added.push(room)
        feed.entered(entry, rooms[entry.chatRoomId])
      }
      cursor = reply.nextCursor
      after = reply.rooms.at(-1)?.chatRoomId ?? after
    } while (cursor !== undefined)
    for (const chatRoomId of Object.keys(claimed)) {
      if (!listed.has(chatRoomId)) this.#removed(chatRoomId)
    }
    for (const room of added) this.#emitter.emit('roomAdded', room)
    return hello
  }

  /** The positions of rooms whose ids come after `after`, in order, as many as fit into a frame. */
  #claims(after: string): Record<string, number> {
    const claims: Record<string, number> = {}
    let chars = 0
    for (const chatRoomId of [...this.#rooms.keys()].sort()) {
      const { feed } = this.#rooms.get(chatRoomId)!
      const { position } = feed.inbox
      if (chatRoomId <= after || position === undefined || feed.membership !== 'member') continue
      chars += JSON.stringify({ [chatRoomId]: position }).length
      if (chars > CLAIMS_CHARS) break
      claims[chatRoomId] = position
    }
    return claims
  }

  async #heeded<T>(frame: object, reply: Promise<T>): Promise<T> {
    try {
      return await reply
    } catch (error) {
      if (isNotAMember(error) && 'chatRoomId' in frame) this.#doubt(String(frame.chatRoomId))
      throw error
    }
  }

  /** Asks whether this user is still in the room; an answer may be older than a join, and the list of rooms too. */
  #doubt(chatRoomId: string): void {
    const feed = this.#rooms.get(chatRoomId)?.feed
    if (feed?.membership !== 'member') return
    this.#connection.once({ action: 'getRoom', chatRoomId }).catch((error: unknown) => {
      if (isNotAMember(error) && feed.membership === 'member') this.#removed(chatRoomId)
    })
  }

  /** This user left on another connection. */
  #removed(chatRoomId: string): void {
    const { feed } = this.#open(chatRoomId)
    feed.left()
    feed.emitter.emit('memberLeft', { userId: this.userId ?? '', timestamp: this.#session.serverNow() })
  }

  #handle(events: readonly ChatEvent[]): void {
    for (const event of events) {
      // Added to the protocol after this client was written: there may be no room in it.
      if (typeof event.chatRoomId !== 'string') continue
      const { feed, room } = this.#open(event.chatRoomId)
      if (event.event !== 'roomAdded') {
        feed.handle(event)
        continue
      }
      const isNew = feed.membership !== 'member'
      const added = () => {
        feed.handle(event)
        if (isNew) this.#emitter.emit('roomAdded', room)
      }
      // What comes in meanwhile is held, so that those who listen to the conversation hear the first message too.
      if (isNew && isDirect(room.id) && this.#seekers().length > 0) {
        this.#findPeer(room).then(added).catch(this.#settings.onError)
      } else {
        added()
      }
    }
  }

  #seekers = (): DirectRoom[] => [...this.#directs.values()].filter((direct) => direct.room === undefined)

  #findPeers(): void {
    if (this.#seekers().length === 0) return
    const bound = new Set([...this.#directs.values()].map((direct) => direct.room))
    for (const room of this.rooms) {
      if (isDirect(room.id) && !bound.has(room)) this.#findPeer(room).catch(this.#settings.onError)
    }
  }

  /** Tells by its members whose conversation a direct room is. */
  async #findPeer(room: Room): Promise<void> {
    const members = await room.members().catch(() => [])
    const peer = members.find((userId) => userId !== this.userId) ?? members[0]
    if (peer !== undefined) this.#directs.get(peer)?.bind(room)
  }

  #met(direct: DirectRoom, { chatRoomId, seq }: Sent): void {
    const { room, feed } = this.#open(chatRoomId)
    direct.bind(room)
    if (feed.membership !== 'member') feed.added(seq)
  }

  #echo({ kind, content, clientMessageId }: OutgoingMessage, sent: Sent): void {
    const { chatRoomId, seq, messageId, timestamp } = sent
    const senderId = this.userId ?? ''
    const message: MessageEvent = {
      event: 'message',
      ...{ chatRoomId, seq, messageId, kind, senderId, content, timestamp, clientMessageId },
    }
    this.#handle([message])
  }

  #changed(change: StatusChange): void {
    if (change.status !== 'connected') this.#headCheck.stop()
    if (change.status === 'failed' && change.error) this.#outbox.failAll(change.error)
    this.#emitter.emit('status', change)
  }

  #resume(): void {
    for (const { feed } of this.#rooms.values()) feed.inbox.resume()
    this.#outbox.resume()
    this.#findPeers()
    this.#headCheck.start()
  }
}
