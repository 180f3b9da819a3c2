import type { Reply } from '../src/protocol/actions.ts'
import type {
  ChatEvent,
  MemberJoinedEvent,
  MemberLeftEvent,
  MessageEvent,
  UploadFailedEvent,
} from '../src/protocol/events.ts'
import { MAX_HISTORY_PAGE } from '../src/protocol/limits.ts'
import { Emitter } from './emitter.ts'
import { ChatError } from './errors.ts'
import { type Discontinuity, Inbox } from './inbox.ts'
import { MessageStreams } from './message-stream.ts'
import type { OutgoingMessage } from './outbox.ts'
import type { Session } from './session.ts'
import { Typists } from './typing.ts'

export interface RoomEvents {
  /** Each message once, in the order of `seq`; this user's own too, once the server has them. */
  message: MessageEvent
  /** All who are typing now, but for this user; whenever that changes. */
  typing: string[]
  memberJoined: Pick<MemberJoinedEvent, 'userId' | 'timestamp'>
  /** This user too, when it left on another connection. */
  memberLeft: Pick<MemberLeftEvent, 'userId' | 'timestamp'>
  /** After a reconnect: nothing is missing; `count` messages have been delivered for it. */
  recovered: { count: number }
  /** Messages that are passed over, after a longer absence than `recoverLimit` allows for; the next `message` follows. */
  discontinuity: Discontinuity
  /** A message of this client is new, sent or failed. */
  outgoing: OutgoingMessage
  uploadFailed: UploadFailedEvent
}

/** What comes in of one room. */
export class RoomFeed {
  readonly chatRoomId: string
  readonly emitter: Emitter<RoomEvents>
  readonly inbox: Inbox
  readonly typists: Typists
  readonly streams = new MessageStreams<MessageEvent>()
  name: string | undefined
  /** `asked`: neither in nor out for sure. */
  membership: 'asked' | 'member' | 'left' = 'asked'
  /** Up to here it was told before this user left. */
  #told = 0
  readonly #session: Session
  #stay = new AbortController()

  constructor(chatRoomId: string, session: Session) {
    const { clock, holeWaitMs, recoverLimit, onError } = session.settings
    this.chatRoomId = chatRoomId
    this.#session = session
    this.emitter = new Emitter(onError)
    this.typists = new Typists(clock, (userIds) => this.emitter.emit('typing', userIds))
    this.inbox = new Inbox({
      clock,
      holeWaitMs,
      recoverLimit,
      history: (range) => session.once({ action: 'getHistory', chatRoomId, ...range }),
      deliver: (message) => this.#deliver(message),
      onRecovered: (count) => this.emitter.emit('recovered', { count }),
      onDiscontinuity: (discontinuity) => this.emitter.emit('discontinuity', discontinuity),
      onError,
    })
  }

  handle(event: ChatEvent): void {
    // On its way when this user left.
    if (this.membership === 'left' && event.event !== 'roomAdded' && event.event !== 'uploadFailed') return
    switch (event.event) {
      case 'message':
        // A room that nobody has told us of begins with what comes from it.
        if (this.membership === 'member') this.inbox.start(event.seq - 1)
        return this.inbox.accept(event)
      case 'typing':
        return this.#typing(event.userId, event.isTyping, event.expiresAt)
      case 'memberJoined':
        return this.emitter.emit('memberJoined', event)
      case 'memberLeft':
        this.typists.remove(event.userId)
        return this.emitter.emit('memberLeft', event)
      case 'roomAdded':
        this.name = event.roomName
        return this.added(event.headSeq)
      case 'uploadFailed':
        return this.emitter.emit('uploadFailed', event)
    }
  }

  /** What `sync` or `joinRoom` says of the room. */
  entered(room: Omit<Reply<'sync'>['rooms'][number], 'chatRoomId'>, claimed: number | undefined): void {
    this.name = room.roomName
    this.membership = 'member'
    this.inbox.recover(room, claimed)
  }

  /** Aborted when this user leaves. */
  get untilLeft(): AbortSignal {
    return this.#stay.signal
  }

  left(): void {
    this.membership = 'left'
    this.#stay.abort(new ChatError('not_a_member', 'unable to go on; this user has left the room'))
    this.#stay = new AbortController()
    this.#told = this.inbox.position ?? this.#told
    this.inbox.reset()
    this.typists.clear()
    this.streams.end()
  }

  /**
   * This user is in the room from elsewhere, and the room has messages up to `headSeq`. It is told from its beginning,
   * for it is new, or from where it was left, unless that is long.
   */
  added(headSeq: number): void {
    this.membership = 'member'
    if (this.inbox.position !== undefined) return
    // Beyond its head: not the room that it was.
    const from = this.#told <= headSeq ? this.#told : 0
    if (headSeq - from > MAX_HISTORY_PAGE) return this.inbox.startAtHead(headSeq)
    this.inbox.start(from)
    this.inbox.expect(headSeq)
  }

  #deliver(message: MessageEvent): void {
    this.typists.remove(message.senderId)
    this.streams.push(message)
    this.emitter.emit('message', message)
  }

  #typing(userId: string, isTyping: boolean, expiresAt: number): void {
    const { limits } = this.#session
    const ms = Math.min(expiresAt - this.#session.serverNow(), limits.typingExpiryMs)
    this.typists.add(userId, isTyping ? ms : 0)
  }
}
