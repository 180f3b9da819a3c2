import type { Reply } from '../src/protocol/actions.ts'
import type { ChatEvent, MessageEvent, ReadEvent } from '../src/protocol/events.ts'
import type { ChangeEvent } from '../src/protocol/change-events.ts'
import type { Notify } from '../src/protocol/notification-actions.ts'
import { MAX_HISTORY_PAGE } from '../src/protocol/limits.ts'
import { Emitter } from './emitter.ts'
import { ChatError } from './errors.ts'
import { Inbox } from './inbox.ts'
import { MessageStreams } from './message-stream.ts'
import { Presence } from './presence.ts'
import type { Removal } from './removal.ts'
import { loaded, RoomKeeper } from './room-cache.ts'
import type { RoomContext } from './room-context.ts'
import { type ChangeGap, RevPosition } from './rev-position.ts'
import type { RoomEvents } from './room-events.ts'
import { RoomFacts, type Told } from './room-facts.ts'
import { RoomStore } from './room-store.ts'
import { Typists } from './typing.ts'

/** What a reply to `sync` or `joinRoom` says of a room. */
type Entered = Told &
  Pick<Reply<'joinRoom'>, 'headSeq' | 'recovered' | 'events'> &
  ChangeGap & { readEveryMs?: number; notify?: Notify | undefined }

/** How far a client is in a room, as it says with a request. */
export interface Claimed {
  seq?: number | undefined
  rev?: number | undefined
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** Everything that this client receives from one room. */
export class RoomFeed {
  readonly chatRoomId: string
  readonly emitter: Emitter<RoomEvents>
  readonly inbox: Inbox
  readonly revs: RevPosition
  readonly store: RoomStore
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
  /** Resolves when what the option `cache` has of the room is here; undefined without one. */
  readonly restored: Promise<void> | undefined
  /** How far the client was that kept it. */
  #restoredAt: Claimed = {}
  /** The `seq` up to which messages had been delivered when this user left. */
  #deliveredTo = 0
  readonly #context: RoomContext
  #presence: Presence | undefined
  #stay = new AbortController()

  constructor(chatRoomId: string, context: RoomContext) {
    const { clock, random, holeWaitMs, recoverLimit, onError } = context.options
    this.chatRoomId = chatRoomId
    this.#context = context
    this.emitter = new Emitter(onError)
    this.facts = new RoomFacts(chatRoomId, () => this.emitter.emit('updated', this.facts.details))
    this.typists = new Typists(clock, (userIds) => this.emitter.emit('typing', userIds))
    this.store = new RoomStore(this.emitter)
    this.revs = new RevPosition({
      clock,
      random,
      ask: (after) => context.once({ action: 'getChanges', chatRoomId, after }),
      apply: (changes) => changes.forEach((change) => this.#change(change)),
      onStale: () => this.#forget(),
      onError,
    })
    this.inbox = new Inbox({
      clock,
      holeWaitMs,
      recoverLimit,
      history: (range) => context.once({ action: 'getHistory', chatRoomId, ...range }),
      deliver: (message) => this.#deliver(message),
      onRecovered: (count) => this.emitter.emit('recovered', { count }),
      onDiscontinuity: (discontinuity) => {
        context.reads.count(chatRoomId)
        const { after, before } = discontinuity
        // Below what was there begins another history.
        if (before <= after) this.store.clear()
        else this.store.skipTo(before)
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
    const { cache } = context.options
    if (cache) this.restored = this.#restore(cache)
  }

  /** Begins where the client was that has kept the room, and keeps it from now on. */
  async #restore(cache: NonNullable<RoomContext['options']['cache']>): Promise<void> {
    const { chatRoomId, inbox, revs, store } = this
    const { options } = this.#context
    const snapshot = await loaded(cache, chatRoomId).catch((error: unknown) => void options.onError(error))
    if (snapshot && inbox.position === undefined) {
      // Without a rev it isn't known what has changed since.
      const { seq, rev = 0, messages } = snapshot
      this.#restoredAt = { seq, rev }
      store.restore(messages)
      inbox.start(seq)
      revs.start(rev)
    }
    const kept = () => {
      const { position: seq } = inbox
      const rev = revs.position
      return seq === undefined ? undefined : { seq, ...(rev !== undefined && { rev }), messages: store.snapshot }
    }
    const keeper = new RoomKeeper(cache, chatRoomId, kept, options)
    this.emitter.on('messages', () => keeper.changed())
  }

  /** The application has done something with the room: it is one of those that a new link gets first. */
  used(): void {
    this.usedAt = this.#context.nextPlace()
    this.revs.lookedAt()
  }

  handle(event: ChatEvent): void {
    // It was on its way when this user left.
    if (this.membership === 'left' && event.event !== 'roomAdded' && event.event !== 'uploadFailed') return
    switch (event.event) {
      case 'message':
        // A room without a position starts with its first message.
        if (this.membership === 'member') this.inbox.start(event.seq - 1)
        this.store.refresh(event)
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
        this.revs.start(event.headRev)
        return this.added(event.headSeq)
      case 'removed':
      case 'online':
      case 'goodbye':
        // The registry's.
        return
      case 'read':
        this.#chosen(event)
        return this.#context.reads.told(event)
      case 'receipts':
        return this.emitter.emit('receipts', event.receipts)
      case 'uploadFailed':
        return this.emitter.emit('uploadFailed', event)
      case 'presenceEntered':
      case 'presenceUpdated':
      case 'presenceLeft':
        return this.#presence?.told(event)
      case 'changesSkipped':
        return this.revs.heardOf(event.rev)
      default:
        // One that was added to the protocol after this client was written may be no change.
        if (!('rev' in event)) return
        this.#change(event)
        return this.revs.saw(event.rev)
    }
  }

  /**
   * Takes over what `sync` or `joinRoom` replied.
   *
   * @param claimed the positions that were sent with the request
   * @param askedAt when it was sent, server time
   */
  entered(room: Entered, claimed: Claimed = {}, askedAt = this.#context.serverNow()): void {
    const from = { ...this.#restoredAt, ...claimed }
    this.#restoredAt = {}
    // Before the event `updated`, whose listeners look at it.
    this.membership = 'member'
    this.facts.learn(room)
    this.dropPast()
    // Otherwise an event has told of a later choice meanwhile.
    if (this.facts.notifyAt <= askedAt) this.facts.change(() => (this.facts.notify = room.notify))
    this.inbox.recover(room, from.seq)
    this.revs.recover(room, from.rev)
    this.#context.reads.entered(this.chatRoomId, room.readEveryMs)
  }

  /** How far this client is, as it may say to the server that it is connected to. */
  get position(): Claimed {
    const rev = this.#context.hasFeature('changes') ? this.revs.position : undefined
    return { seq: this.inbox.position, rev }
  }

  /** Who is here, looking. */
  get presence(): Presence {
    return (this.#presence ??= new Presence(this.#context, this.chatRoomId))
  }

  /** Drops what the room keeps no longer: of that no event tells. */
  dropPast(): void {
    const { retentionDays } = this.facts.settings
    if (typeof retentionDays !== 'number') return
    const keptSince = this.#context.serverNow() - retentionDays * DAY_MS
    this.store.drop(({ timestamp }) => timestamp < keptSince)
  }

  /** Fetches what a reply left out, and is present again. */
  resume(): void {
    this.inbox.resume()
    this.revs.resume()
    this.#presence?.resume()
  }

  /** The client has disconnected: ends the loops over messages, and what is done by itself until `resume`. */
  pause(): void {
    this.streams.end()
    this.#presence?.pause()
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
    this.revs.reset()
    this.store.clear()
    this.typists.clear()
    this.#presence?.ended()
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

  #chosen({ level, until, levelAt }: ReadEvent): void {
    if (level === undefined || levelAt === undefined) return
    this.facts.choose({ level, ...(until !== undefined && { until }) }, levelAt)
  }

  #deliver(due: MessageEvent): void {
    this.heardAt = this.#context.nextPlace()
    this.typists.spoke(due.senderId, due.timestamp)
    const message = this.store.deliver(due)
    // It was deleted before anybody saw it.
    if (!message) return
    this.#context.reads.arrived(message)
    this.streams.push(message)
    this.emitter.emit('message', message)
  }

  #change(change: ChangeEvent): void {
    const { facts, store } = this
    switch (change.event) {
      case 'messageDeleted':
        // It may have been unread.
        this.#context.reads.count(this.chatRoomId)
        return store.change(change, this.inbox.position ?? -1)
      case 'messageUpdated':
        return store.change(change, this.inbox.position ?? -1)
      case 'roomUpdated': {
        const wasShown = facts.settings.presence
        facts.learn({ ...change.room, role: facts.role, room: change.room })
        this.dropPast()
        // From now on the room shows nobody, or somebody again.
        if (facts.settings.presence !== wasShown) this.#presence?.resume()
        return this.emitter.emit('roomUpdated', change.room)
      }
      case 'memberUpdated':
        if (change.userId === this.#context.userId) facts.stand(change)
        return this.emitter.emit('memberUpdated', change)
      case 'historyCleared':
        return store.drop(({ seq }) => seq < change.before)
      case 'userErased':
        this.#context.userErased(change.userId)
        return store.drop(({ senderId }) => senderId === change.userId)
    }
  }

  #forget(): void {
    this.store.clear()
    this.emitter.emit('stale', undefined)
  }

  #typing(userId: string, isTyping: boolean, expiresAt: number): void {
    const { typingExpiryMs } = this.#context.typingLimits
    if (!isTyping) return this.typists.remove(userId)
    const ms = Math.min(expiresAt - this.#context.serverNow(), typingExpiryMs)
    this.typists.add(userId, ms, expiresAt - typingExpiryMs)
  }
}
