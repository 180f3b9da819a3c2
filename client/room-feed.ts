import type { Reply } from '../src/protocol/actions.ts'
import type {
  ChatEvent,
  MemberJoinedEvent,
  MemberLeftEvent,
  MessageEvent,
  UploadFailedEvent,
} from '../src/protocol/events.ts'
import type { RoomDetails } from '../src/protocol/room-schema.ts'
import { MAX_HISTORY_PAGE } from '../src/protocol/limits.ts'
import { Emitter } from './emitter.ts'
import { ChatError } from './errors.ts'
import { type Discontinuity, Inbox } from './inbox.ts'
import { MessageStreams } from './message-stream.ts'
import type { OutgoingMessage } from './outbox.ts'
import type { Removal } from './removal.ts'
import type { RoomContext } from './room-context.ts'
import type { UnreadState } from './room-unread.ts'
import { RoomFacts, type Told } from './room-facts.ts'
import { Typists } from './typing.ts'

/** The events of a room, for `room.on` and `direct.on`. */
export interface RoomEvents {
  /** A message: each once, in the order of `seq`, this user's own included as soon as the server has stored them. */
  message: MessageEvent
  /** The ids of all other users who are typing now, whenever that changes. */
  typing: string[]
  /** A user has become a member. */
  memberJoined: Pick<MemberJoinedEvent, 'userId' | 'timestamp'>
  /** A user is no longer a member; this user too, when they left on another connection. */
  memberLeft: Pick<MemberLeftEvent, 'userId' | 'timestamp'>
  /**
   * This user was shown out, or the room was deleted. The client has left the room: messages and uploads on their way
   * have failed, with `banned` or `not_a_member`, and nothing more arrives until this user is in again.
   */
  removed: Removal
  /** Something that the client knows of the room has changed: `details`, `role`, `closed`, `mutedUntil` and so on. */
  updated: RoomDetails | undefined
  /** After a reconnect: all missed messages, `count` of them, have been delivered. */
  recovered: { count: number }
  /** Messages were skipped, because more were missed than `recoverLimit`. The next `message` follows them. */
  discontinuity: Discontinuity
  /** The state of a message from this client has changed: it is new, sent or failed. */
  outgoing: OutgoingMessage
  /** How much of the room this user has not read has changed; `undefined` when it isn't known any more. */
  unread: UnreadState | undefined
  /** Others have read messages of this user: how far, by user. Of two numbers for one user the greater holds. */
  receipts: Record<string, number>
  /** The server refused a file that this user has uploaded. */
  uploadFailed: UploadFailedEvent
}

/** Everything that this client receives from one room. */
export class RoomFeed {
  readonly chatRoomId: string
  readonly emitter: Emitter<RoomEvents>
  readonly inbox: Inbox
  readonly typists: Typists
  readonly streams = new MessageStreams<MessageEvent>()
  readonly facts: RoomFacts
  /** `asked`: not known yet. */
  membership: 'asked' | 'member' | 'left' = 'asked'
  /** The room's place in the order of use by the application: the larger, the later; 0 for never. */
  usedAt = 0
  /** The same for its newest message. */
  heardAt = 0
  /** The place at which this user was last told that they were shown out; 0 for never. */
  expelledAt = 0
  /** The `seq` up to which messages had been delivered when this user left. */
  #deliveredTo = 0
  readonly #context: RoomContext
  #stay = new AbortController()

  constructor(chatRoomId: string, context: RoomContext) {
    const { clock, holeWaitMs, recoverLimit, onError } = context.options
    this.chatRoomId = chatRoomId
    this.#context = context
    this.emitter = new Emitter(onError)
    this.facts = new RoomFacts(chatRoomId, () => this.emitter.emit('updated', this.facts.details))
    this.typists = new Typists(clock, (userIds) => this.emitter.emit('typing', userIds))
    this.inbox = new Inbox({
      clock,
      holeWaitMs,
      recoverLimit,
      history: (range) => context.once({ action: 'getHistory', chatRoomId, ...range }),
      deliver: (message) => this.#deliver(message),
      onRecovered: (count) => this.emitter.emit('recovered', { count }),
      onDiscontinuity: (discontinuity) => {
        context.reads.count(chatRoomId)
        this.emitter.emit('discontinuity', discontinuity)
      },
      onError,
    })
    context.reads.add({
      chatRoomId,
      position: () => this.inbox.position,
      isMember: () => this.membership === 'member',
      onChange: (unread) => this.emitter.emit('unread', unread),
    })
  }

  /** The application has done something with the room: it is one of those that a new link gets first. */
  used(): void {
    this.usedAt = this.#context.nextPlace()
  }

  handle(event: ChatEvent): void {
    // It was on its way when this user left.
    if (this.membership === 'left' && event.event !== 'roomAdded' && event.event !== 'uploadFailed') return
    switch (event.event) {
      case 'message':
        // A room without a position starts with its first message.
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
        this.facts.learn(event)
        this.facts.addedBy = event.by
        return this.added(event.headSeq)
      case 'removed':
      case 'goodbye':
        // The registry's.
        return
      case 'read':
        return this.#context.reads.told(event)
      case 'receipts':
        return this.emitter.emit('receipts', event.receipts)
      case 'messageDeleted':
        // It may have been unread.
        return this.#context.reads.count(this.chatRoomId)
      case 'uploadFailed':
        return this.emitter.emit('uploadFailed', event)
      default:
        return
    }
  }

  /** Takes over what `sync` or `joinRoom` replied. @param claimed the position that was sent with the request */
  entered(
    room: Told &
      Omit<Reply<'sync'>['rooms'][number], 'chatRoomId' | 'closed' | 'access' | 'readEveryMs'> & {
        readEveryMs?: number
      },
    claimed: number | undefined,
  ): void {
    this.facts.learn(room)
    this.membership = 'member'
    this.inbox.recover(room, claimed)
    this.#context.reads.entered(this.chatRoomId, room.readEveryMs)
  }

  /** Aborted when this user leaves. */
  get untilLeft(): AbortSignal {
    return this.#stay.signal
  }

  /** Forgets the room's messages and ends what waits for them. */
  left(error = new ChatError('not_a_member', 'unable to go on; this user has left the room')): void {
    this.membership = 'left'
    this.#context.reads.left(this.chatRoomId)
    this.facts.forget()
    this.#stay.abort(error)
    this.#stay = new AbortController()
    this.#deliveredTo = this.inbox.position ?? this.#deliveredTo
    this.inbox.reset()
    this.typists.clear()
    this.streams.end()
  }

  /**
   * This user was shown out. Returns the error of what was on its way; `undefined` when that is known already: events
   * may come twice.
   */
  expelled({ reason, until }: Removal): ChatError | undefined {
    const isKnown = this.expelledAt > 0 && this.membership !== 'member'
    this.expelledAt = this.#context.nextPlace()
    if (isKnown) return undefined
    const retryAfterMs = until === undefined ? undefined : Math.max(0, until - this.#context.serverNow())
    const error =
      reason === 'banned'
        ? new ChatError('banned', 'unable to go on; this user was banned from the room', false, { retryAfterMs })
        : new ChatError('not_a_member', `unable to go on; this user is in the room no more: ${reason}`)
    this.left(error)
    return error
  }

  /**
   * This user became a member without this client. A new room starts at its beginning, a room that was left starts
   * where it was left, and when that is more than a page of messages ago, it starts at its head.
   *
   * @param headSeq the room's newest `seq`
   */
  added(headSeq: number): void {
    this.membership = 'member'
    this.#context.reads.entered(this.chatRoomId, undefined)
    if (this.inbox.position !== undefined) return
    // Beyond the head: another room has taken the id.
    const from = this.#deliveredTo <= headSeq ? this.#deliveredTo : 0
    if (headSeq - from > MAX_HISTORY_PAGE) return this.inbox.startAtHead(headSeq)
    this.inbox.start(from)
    this.inbox.expect(headSeq)
  }

  #deliver(message: MessageEvent): void {
    this.heardAt = this.#context.nextPlace()
    this.typists.remove(message.senderId)
    this.#context.reads.arrived(message)
    this.streams.push(message)
    this.emitter.emit('message', message)
  }

  #typing(userId: string, isTyping: boolean, expiresAt: number): void {
    const ms = Math.min(expiresAt - this.#context.serverNow(), this.#context.typingLimits.typingExpiryMs)
    this.typists.add(userId, isTyping ? ms : 0)
  }
}
