import type { Socket } from '../../client/link.ts'
import type { Action } from '../../src/protocol/actions.ts'
import { type Limits, openPolicy } from '../../src/protocol/announced-limits.ts'
import type { ErrorCode } from '../../src/protocol/error-codes.ts'
import type { ChatEvent, MessageEvent } from '../../src/protocol/events.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { messageEvent } from '../support/message-event.ts'

export type Asked = { action: Action; requestId: string } & Record<string, unknown>

type Answer = { data: object } | { error: { code: ErrorCode; retryable: boolean; retryAfterMs?: number } } | 'nothing'

/** One connection as the server sees it. */
export class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  onerror: Socket['onerror'] = null
  readonly asked: Asked[] = []
  closed = false
  /** Nothing arrives any more, in either direction, and nobody says so. */
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

  /** The server's side closes, or the network does. */
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

/** A server in memory, which delivers events only when a test says so. The user is always `me`. */
export class FakeServer {
  readonly sockets: FakeSocket[] = []
  readonly rooms = new Map<string, MessageEvent[]>()
  /** What `sync` announces. */
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
    ...{ frameBytes: 32_768, messageBytes: 131_072, typingRepeatMs: 3_000, typingExpiryMs: 8_000 },
    ...{ idleTimeoutMs: 10 * 60_000, connectionLifetimeMs: 2 * 60 * 60_000 },
    ...openPolicy,
  }
  /** What `sync` announces; a server of 0.1.0 announces nothing, and refuses what it doesn't know. */
  features: string[] | undefined = ['sessions']
  /** By room, how far `me` has read: of a server that announces `reads`. */
  readonly markers = new Map<string, number>()
  /** By room, what its replies have beside the name and the messages; nothing, as with a server of 0.1. */
  readonly facts = new Map<string, object>()
  /** Rooms in one reply to `sync`. */
  roomsPage = Infinity
  /** Connections are refused. */
  down = false
  /** Stands in for the answer to a request when it gives one. */
  override: (frame: Asked, socket: FakeSocket) => Answer | undefined = () => undefined
  /** A gap of more messages than this isn't given by `sync` and `joinRoom`. */
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

  /** Puts a message into a room; nobody is told. `seq` leaves a hole when it isn't the next. */
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
        // The cursor is the last room, and those that were named.
        const [after = '', ...named] = ((frame.cursor ?? '') as string).split('.')
        const only = frame.only as string[] | undefined
        const left = [...this.rooms.keys()].sort().filter((id) => id > after && !named.includes(id))
        const size = Math.min(this.roomsPage, (frame.limit ?? 50) as number)
        const ids = only?.filter((id) => this.rooms.has(id)) ?? left.slice(0, size)
        const entries = ids.map((id) => ({ chatRoomId: id, ...this.#gap(id, rooms[id]) }))
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
        return { data: { rooms: [...this.rooms.keys()].sort().map((id) => ({ chatRoomId: id, ...this.#gap(id, 0) })) } }
      case 'getRoom':
        if (!this.rooms.has(chatRoomId)) return { error: { code: 'not_a_member', retryable: false } }
        return { data: { chatRoomId, members: ['me'], ...this.#gap(chatRoomId, 0) } }
      case 'joinRoom':
        if (!this.rooms.has(chatRoomId)) return { error: { code: 'room_not_found', retryable: false } }
        return { data: { chatRoomId, members: ['me'], ...this.#gap(chatRoomId, frame.lastSeq as number | undefined) } }
      case 'getHistory': {
        const {
          after = 0,
          before = Infinity,
          limit = 50,
        } = frame as { after?: number; before?: number; limit?: number }
        const found = this.room(chatRoomId).filter(({ seq }) => seq > after && seq < before)
        return { data: { messages: found.slice(0, limit), hasMore: found.length > limit } }
      }
      case 'sendMessage':
      case 'broadcastMessage': {
        const kind = frame.action === 'sendMessage' ? 'text' : 'broadcast'
        const known = this.room(chatRoomId).find((message) => message.clientMessageId === clientMessageId)
        const { seq, messageId, timestamp } =
          known ?? this.keep(chatRoomId, content, { senderId: 'me', clientMessageId, kind })
        return { data: { chatRoomId, seq, messageId, timestamp, duplicate: known !== undefined } }
      }
      case 'typingIndicator':
        return { data: { expiresAt: this.#clock.now() + 8_000 } }
      case 'markRead':
        for (const [id, seq] of Object.entries(frame.reads as Record<string, number>)) {
          this.markers.set(id, Math.max(seq, this.markers.get(id) ?? 0))
        }
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
      case 'ping':
        return { data: { serverTime: this.#clock.now() } }
      default:
        return { data: { chatRoomId } }
    }
  }

  #gap(chatRoomId: string, lastSeq: number | undefined) {
    const messages = this.room(chatRoomId)
    const headSeq = messages.at(-1)?.seq ?? 0
    const events = lastSeq === undefined ? [] : messages.filter(({ seq }) => seq > lastSeq)
    const recovered = lastSeq === undefined ? headSeq === 0 : lastSeq <= headSeq && events.length <= this.maxGap
    const facts = this.facts.get(chatRoomId)
    return { roomName: chatRoomId, ...facts, headSeq, recovered, events: recovered ? events : [] }
  }
}
