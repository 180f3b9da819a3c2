import type { Socket } from '../../client/link.ts'
import type { Action } from '../../src/protocol/actions.ts'
import { type Limits, openPolicy } from '../../src/protocol/announced-limits.ts'
import type { ErrorCode } from '../../src/protocol/error-codes.ts'
import type { ChangeEvent } from '../../src/protocol/change-events.ts'
import type { ChatEvent, MessageEvent } from '../../src/protocol/events.ts'
import type { Profile } from '../../src/protocol/profile-actions.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { messageEvent } from '../support/message-event.ts'

export type Asked = { action: Action; requestId: string } & Record<string, unknown>

export type Answer =
  { data: object } | { error: { code: ErrorCode; retryable: boolean; retryAfterMs?: number } } | 'nothing'

/** One connection, from the server's side. */
export class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  onerror: Socket['onerror'] = null
  readonly asked: Asked[] = []
  closed = false
  /** If set, nothing arrives any more, in either direction, and neither side learns of it. */
  halfOpen = false
  readonly #server: FakeServer

  constructor(
    server: FakeServer,
    readonly url: string,
    readonly protocols: string[],
  ) {
    this.#server = server
  }

  send(text: string): void {
    if (this.halfOpen || this.closed) return
    const frame = JSON.parse(text) as Asked
    this.asked.push(frame)
    const answer = this.#server.answer(frame, this)
    if (answer === 'nothing') return
    const { action, requestId } = frame
    const result =
      'data' in answer
        ? { type: 'reply', ...answer }
        : { type: 'error', error: { message: 'refused by the fake server', ...answer.error } }
    queueMicrotask(() => this.push({ action, requestId, ...result }))
  }

  close(): void {
    this.closed = true
  }

  /** Closes the connection, as the server or the network does. */
  cut(code = 1006): void {
    if (this.closed) return
    this.closed = true
    this.onclose?.({ code })
  }

  push(frame: object): void {
    if (!this.closed && !this.halfOpen) this.onmessage?.({ data: JSON.stringify(frame) })
  }

  events(...events: (ChatEvent | Record<string, unknown>)[]): void {
    this.push({ type: 'events', events })
  }

  actions(action: Action): Asked[] {
    return this.asked.filter((frame) => frame.action === action)
  }
}

/** A server in memory, which delivers events only when a test asks for it. The user is always `me`. */
export class FakeServer {
  readonly sockets: FakeSocket[] = []
  readonly profiles = new Map<string, Profile>()
  readonly rooms = new Map<string, MessageEvent[]>()
  /** The limits that `sync` announces. */
  limits: Limits = {
    ...{ contentBytes: 16_384, captionBytes: 2_048, fileNameChars: 255, fileBytes: 25 * 1024 * 1024 },
    ...{
      contentTypes: ['image/*', 'text/*'],
      roomNameChars: 128,
      createRoomMembers: 100,
      roomMembers: 100_000,
      historyPage: 100,
      syncRooms: 1_000,
    },
    ...{ userConnections: 100, userRooms: 1_000, pendingUploads: 100, pendingUploadBytes: 2_621_440_000 },
    ...{ frameBytes: 32_768, messageBytes: 131_072, typingRepeatMs: 7_000, typingExpiryMs: 10_000 },
    ...{ idleTimeoutMs: 10 * 60_000, connectionLifetimeMs: 2 * 60 * 60_000 },
    ...openPolicy,
  }
  /** The features that `sync` announces. A server of 0.1.0 announces none, and refuses what it doesn't know. */
  features: string[] | undefined = ['sessions']
  /** By room, how far `me` has read, if the server announces `reads`. */
  readonly markers = new Map<string, number>()
  /** By room, what its replies contain besides the name and the messages. Empty, as with a server of 0.1. */
  readonly facts = new Map<string, object>()
  /** Rooms in one reply to `sync`. */
  roomsPage = Infinity
  /** If set, connections are refused. */
  down = false
  /** Replaces the answer to a request if it returns one. */
  override: (frame: Asked, socket: FakeSocket) => Answer | undefined = () => undefined
  /** By room, the highest number of a deleted message. */
  readonly #deletedHeads = new Map<string, number>()
  /** By room, its changes. The first has rev 1. */
  readonly logs = new Map<string, ChangeEvent[]>()
  /** Changes up to this rev are no longer in the logs. */
  forgottenRevs = 0
  /** `sync` and `joinRoom` don't return a gap of more changes than this. */
  maxChanges = 100
  /** `sync` and `joinRoom` don't return a gap of more messages than this. */
  maxGap = 200
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  readonly createSocket = (url: string, protocols: string[]): FakeSocket => {
    const socket = new FakeSocket(this, url, protocols)
    this.sockets.push(socket)
    queueMicrotask(() => (this.down ? socket.cut() : socket.onopen?.({})))
    return socket
  }

  /** The newest connection. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!
  }

  asked(action: Action): Asked[] {
    return this.sockets.flatMap((socket) => socket.actions(action))
  }

  /** Puts a message into a room, without an event. If `seq` is not the next number, this leaves a hole. */
  keep(chatRoomId: string, content: string, more: Partial<MessageEvent> = {}): MessageEvent {
    const messages = this.room(chatRoomId)
    const { seq = (messages.at(-1)?.seq ?? 0) + 1 } = more
    const timestamp = this.#clock.now()
    const message = messageEvent(chatRoomId, seq, { senderId: 'bob', content, timestamp, ...more })
    messages.push(message)
    return message
  }

  room(chatRoomId: string): MessageEvent[] {
    const messages = this.rooms.get(chatRoomId) ?? []
    this.rooms.set(chatRoomId, messages)
    return messages
  }

  /** By room, which messages notify `me`. */
  notify: Record<string, { level: string; until?: number }> = {}

  /** Changes a message, without sending an event. Returns the event. */
  edit(chatRoomId: string, messageId: string, more: Partial<MessageEvent>): ChangeEvent {
    const message = this.#raise(chatRoomId, messageId)
    Object.assign(message, more)
    return this.#log(chatRoomId, (rev) => ({
      ...{ event: 'messageUpdated', chatRoomId, rev, message: structuredClone(message) },
    }))
  }

  /** Deletes a message, without sending an event. Returns the event. */
  remove(chatRoomId: string, messageId: string, by = 'bob'): ChangeEvent {
    const { seq, version = 0, threadId } = this.#raise(chatRoomId, messageId)
    const messages = this.room(chatRoomId)
    messages.splice(
      messages.findIndex((message) => message.seq === seq),
      1,
    )
    this.#deletedHeads.set(chatRoomId, Math.max(seq, this.#deletedHeads.get(chatRoomId) ?? 0))
    const deletion = { seq, messageId, version, deletedAt: this.#clock.now(), deletedBy: by }
    return this.#log(chatRoomId, (rev) => ({
      ...{ event: 'messageDeleted', chatRoomId, rev, ...deletion },
      ...(threadId !== undefined && { threadId }),
    }))
  }

  /** Adds a change to a room's log. */
  log(chatRoomId: string, change: Record<string, unknown>): ChangeEvent {
    return this.#log(chatRoomId, (rev) => ({ chatRoomId, rev, ...change }) as ChangeEvent)
  }

  #log(chatRoomId: string, make: (rev: number) => ChangeEvent): ChangeEvent {
    const log = this.logs.get(chatRoomId) ?? []
    this.logs.set(chatRoomId, log)
    const change = make(log.length + 1)
    log.push(change)
    return change
  }

  #raise(chatRoomId: string, messageId: string): MessageEvent {
    const message = this.room(chatRoomId).find((one) => one.messageId === messageId)!
    message.version = (message.version ?? 0) + 1
    return message
  }

  /** Returns each changed message once, as it is now, with its newest rev. */
  #changes(chatRoomId: string, after: number): ChangeEvent[] {
    const log = (this.logs.get(chatRoomId) ?? []).slice(after)
    const subjectOf = (change: ChangeEvent) =>
      change.event === 'messageUpdated' ? change.message.seq : 'seq' in change ? change.seq : change.event
    return log.filter((change, i) => !log.slice(i + 1).some((later) => subjectOf(later) === subjectOf(change)))
  }

  #changeGap(chatRoomId: string, lastRev: number | undefined) {
    if (!this.features?.includes('changes')) return {}
    const headRev = this.logs.get(chatRoomId)?.length ?? 0
    const changes = lastRev === undefined ? [] : this.#changes(chatRoomId, lastRev)
    const isWhole = lastRev === undefined ? headRev === 0 : lastRev <= headRev && lastRev >= this.forgottenRevs
    const changesRecovered = isWhole && changes.length <= this.maxChanges
    return { headRev, changesRecovered, changes: changesRecovered ? changes : [] }
  }

  answer(frame: Asked, socket: FakeSocket): Answer {
    return this.override(frame, socket) ?? this.#usual(frame)
  }

  #usual(frame: Asked): Answer {
    const { chatRoomId = '', content = '', clientMessageId = '' } = frame as Partial<Record<string, string>>
    switch (frame.action) {
      case 'sync': {
        const rooms = (frame.rooms ?? {}) as Record<string, number>
        if (this.features === undefined && 'sessionId' in frame) {
          return { error: { code: 'invalid_request', retryable: false } }
        }
        if (!this.features?.includes('partialSync') && ('only' in frame || 'limit' in frame)) {
          return { error: { code: 'invalid_request', retryable: false } }
        }
        // The cursor consists of the last room and the rooms that were named.
        const [after = '', ...named] = ((frame.cursor ?? '') as string).split('.')
        const only = frame.only as string[] | undefined
        const left = [...this.rooms.keys()].sort().filter((id) => id > after && !named.includes(id))
        const size = Math.min(this.roomsPage, (frame.limit ?? 50) as number)
        const ids = only?.filter((id) => this.rooms.has(id)) ?? left.slice(0, size)
        const revs = (frame.revs ?? {}) as Record<string, number>
        const entries = ids.map((id) => ({
          chatRoomId: id,
          ...this.#gap(id, rooms[id]),
          ...this.#changeGap(id, revs[id]),
          ...(this.notify[id] && { notify: this.notify[id] }),
        }))
        const hasMore = only !== undefined || left.length > size
        const nextCursor = only ? [after, ...named, ...ids].join('.') : [ids.at(-1), ...named].join('.')
        const data = {
          serverTime: this.#clock.now(),
          connectionId: 'c',
          userId: 'me',
          limits: this.limits,
          rooms: entries,
          ...(this.features && { features: this.features }),
          ...(hasMore && { nextCursor }),
        }
        return { data }
      }
      case 'listRooms':
        return {
          data: {
            rooms: [...this.rooms.keys()].sort().map((id) => ({
              ...{ chatRoomId: id, ...this.#gap(id, 0), ...this.#changeGap(id, undefined) },
            })),
          },
        }
      case 'getRoom':
        if (!this.rooms.has(chatRoomId)) return { error: { code: 'not_a_member', retryable: false } }
        return { data: { chatRoomId, members: ['me'], ...this.#gap(chatRoomId, 0) } }
      case 'joinRoom':
        if (!this.rooms.has(chatRoomId)) return { error: { code: 'room_not_found', retryable: false } }
        return {
          data: {
            ...{ chatRoomId, members: ['me'], ...this.#gap(chatRoomId, frame.lastSeq as number | undefined) },
            ...this.#changeGap(chatRoomId, frame.lastRev as number | undefined),
          },
        }
      case 'getHistory': {
        const {
          after = 0,
          before = Infinity,
          limit = 50,
        } = frame as { after?: number; before?: number; limit?: number }
        const { threadId, view } = frame as { threadId?: string; view?: string }
        const found = this.room(chatRoomId).filter(
          (message) =>
            message.seq > after &&
            message.seq < before &&
            (threadId === undefined || message.threadId === threadId) &&
            (view !== 'room' || message.threadId === undefined || message.inRoom),
        )
        const page = frame.after === undefined ? found.slice(-limit) : found.slice(0, limit)
        return { data: { messages: structuredClone(page), hasMore: found.length > limit } }
      }
      case 'sendMessage':
      case 'broadcastMessage': {
        const kind = frame.action === 'sendMessage' ? 'text' : 'broadcast'
        const known = this.room(chatRoomId).find((message) => message.clientMessageId === clientMessageId)
        const { seq, messageId, timestamp } =
          known ?? this.keep(chatRoomId, content, { senderId: 'me', clientMessageId, kind })
        return { data: { chatRoomId, seq, messageId, timestamp, duplicate: known !== undefined } }
      }
      case 'getMessages': {
        const ids = frame.messageIds as string[]
        return { data: { messages: this.room(chatRoomId).filter(({ messageId }) => ids.includes(messageId)) } }
      }
      case 'getChanges': {
        const { after = 0, limit = 200 } = frame as { after?: number; limit?: number }
        const headRev = this.logs.get(chatRoomId)?.length ?? 0
        if (after < this.forgottenRevs || after > headRev) {
          return { data: { changes: [], headRev, recovered: false, hasMore: false } }
        }
        const all = this.#changes(chatRoomId, after).filter(({ rev }) => rev <= after + limit)
        const reached = Math.min(headRev, after + limit)
        return { data: { changes: all, headRev: reached, recovered: true, hasMore: reached < headRev } }
      }
      case 'editMessage': {
        const { messageId = '' } = frame as { messageId?: string }
        this.edit(chatRoomId, messageId, { content, editedAt: this.#clock.now() })
        const { seq, version, editedAt } = this.room(chatRoomId).find((one) => one.messageId === messageId)!
        return { data: { chatRoomId, messageId, seq, version, editedAt, changed: true } }
      }
      case 'deleteMessage': {
        const { messageId = '' } = frame as { messageId?: string }
        const { seq, version, deletedAt } = this.remove(chatRoomId, messageId, 'me') as ChangeEvent & {
          event: 'messageDeleted'
        }
        return { data: { chatRoomId, messageId, seq, version, deletedAt, changed: true } }
      }
      case 'typingIndicator':
        return { data: { expiresAt: this.#clock.now() + 8_000 } }
      case 'markRead':
        for (const [id, seq] of Object.entries(frame.reads as Record<string, number>)) {
          this.markers.set(id, Math.max(seq, this.markers.get(id) ?? 0))
        }
        return { data: {} }
      case 'setNotifications':
        return { data: {} }
      case 'markUnread':
        this.markers.set(chatRoomId, Math.min(this.markers.get(chatRoomId) ?? 0, Number(frame.seq) - 1))
        return { data: { readSeq: this.markers.get(chatRoomId)! } }
      case 'getUnread': {
        const rooms = Object.entries(frame.heads as Record<string, number>).map(([id, head]) => {
          const readSeq = this.markers.get(id) ?? 0
          const unread = this.room(id).filter((one) => one.seq > readSeq && one.seq <= head && one.senderId !== 'me')
          return [id, { readSeq, count: unread.length, exact: true, mentions: 0 }] as const
        })
        return { data: { rooms: Object.fromEntries(rooms), threads: { count: 0 } } }
      }
      case 'getReceipts':
        return { data: { receipts: { bob: 2 } } }
      case 'getUsers': {
        const userIds = frame.userIds as string[]
        return { data: { users: userIds.flatMap((userId) => this.profiles.get(userId) ?? []) } }
      }
      case 'setProfile': {
        const { action: _, requestId: __, ...fields } = frame
        const profile = { userId: 'me', ...this.profiles.get('me'), ...fields, updatedAt: this.#clock.now() }
        this.profiles.set('me', profile)
        return { data: { profile } }
      }
      case 'ping':
        return { data: { serverTime: this.#clock.now() } }
      default:
        return { data: { chatRoomId } }
    }
  }

  #gap(chatRoomId: string, lastSeq: number | undefined) {
    const messages = this.room(chatRoomId)
    const headSeq = Math.max(messages.at(-1)?.seq ?? 0, this.#deletedHeads.get(chatRoomId) ?? 0)
    const events = lastSeq === undefined ? [] : messages.filter(({ seq }) => seq > lastSeq)
    const recovered = lastSeq === undefined ? headSeq === 0 : lastSeq <= headSeq && events.length <= this.maxGap
    const facts = this.facts.get(chatRoomId)
    return { roomName: chatRoomId, ...facts, headSeq, recovered, events: recovered ? events : [] }
  }
}
