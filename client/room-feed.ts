import type { Reply } from '../src/protocol/actions.ts'
import type { ChatEvent, MessageEvent, ReadEvent } from '../src/protocol/events.ts'
import type { ChangeEvent } from '../src/protocol/change-events.ts'
import type { Notify } from '../src/protocol/notification-actions.ts'
import { MAX_MESSAGES_BY_ID, MAX_HISTORY_PAGE } from '../src/protocol/limits.ts'
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

/** What a reply to `sync` or `joinRoom` says about a room. */
type Entered = Told &
  Pick<Reply<'joinRoom'>, 'headSeq' | 'recovered' | 'events'> &
  ChangeGap & { readEveryMs?: number; notify?: Notify | undefined }

/** A client's positions in a room's messages and change log, as sent with a request. */
export interface Claimed {
  seq?: number | undefined
  rev?: number | undefined
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** Handles everything that this client receives from one room. */
export class RoomFeed {
  readonly chatRoomId: string
  readonly emitter: Emitter<RoomEvents>
  readonly inbox: Inbox
  readonly revs: RevPosition
  readonly store: RoomStore
  readonly typists: Typists
  readonly streams = new MessageStreams<MessageEvent>()
  readonly facts: RoomFacts
  /** When the application last used the room, as a number of `nextPlace`; 0 for never. */
  usedAt = 0
  /** When the room's newest message arrived, as a number of `nextPlace`; 0 for never. */
  heardAt = 0
  /** When the client last learned that this user was removed, as a number of `nextPlace`; 0 for never. */
  expelledAt = 0
  /** Whether `roomAdded` came while this user was a member: the event of a removal before it may still come. */
  wasAddedAgain = false
  /** Resolves when the room has been loaded from the option `cache`; undefined without a cache. */
  readonly restored: Promise<void> | undefined
  /** The roots that were requested because they were missing. */
  readonly #sought = new Set<string>()
  /** The positions that were loaded from the cache. */
  #restoredAt: Claimed = {}
  /** The `seq` up to which messages had been delivered when this user left. */
  #deliveredTo = 0
  /** Whether this user has left and not come back. */
  #isAway = false
  readonly #context: RoomContext
  #presence: Presence | undefined
  #stay = new AbortController()

  constructor(chatRoomId: string, context: RoomContext) {
    const { clock, random, holeWaitMs, recoverLimit, onError } = context.options
    this.chatRoomId = chatRoomId
    this.#context = context
    this.emitter = new Emitter(onError)
    this.facts = new RoomFacts(chatRoomId, () => {
      // Emits `stale` before `updated`, so that listeners of `updated` have discarded the old messages.
      this.#isBack()
      this.emitter.emit('updated', this.facts.details)
    })
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
        // If the numbers go back, the room has another history than before.
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
      onThread: (threadId, unread) => this.emitter.emit('threadUnread', { threadId, unread }),
    })
    const { cache } = context.options
    if (cache) this.restored = this.#restore(cache)
  }

  get membership(): RoomFacts['membership'] {
    return this.facts.membership
  }

  /** Loads the room from the cache, and saves it there after each change from now on. */
  async #restore(cache: NonNullable<RoomContext['options']['cache']>): Promise<void> {
    const { chatRoomId, inbox, revs, store } = this
    const { options } = this.#context
    const snapshot = await loaded(cache, chatRoomId).catch((error: unknown) => void options.onError(error))
    if (snapshot && inbox.position === undefined) {
      // Without a saved rev it isn't known what has changed since, so the change log is read from its beginning.
      const { seq, rev = 0 } = snapshot
      this.#restoredAt = { seq, rev }
      store.restore(snapshot)
      inbox.start(seq)
      revs.start(rev)
    }
    const kept = () => {
      const { position: seq } = inbox
      const rev = revs.position
      return seq === undefined ? undefined : { seq, ...(rev !== undefined && { rev }), ...store.snapshot }
    }
    const keeper = new RoomKeeper(cache, chatRoomId, kept, options)
    this.emitter.on('messages', () => keeper.changed())
  }

  /** Called when the application uses the room: a new link syncs the rooms that were used last first. */
  used(): void {
    this.usedAt = this.#context.nextPlace()
    this.revs.lookedAt()
  }

  handle(event: ChatEvent): void {
    // Other events of a room that this user has left were already on their way.
    if (this.membership === 'left' && event.event !== 'roomAdded') return
    switch (event.event) {
      case 'message':
        // If the position isn't known yet, delivery starts with this message.
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
        this.facts.addedBy = event.by
        this.facts.added(event)
        this.revs.start(event.headRev)
        return this.added(event.headSeq)
      case 'removed':
      case 'online':
      case 'goodbye':
        // The registry handles these.
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
        // An event that was added to the protocol after this client was written may have no `rev`.
        if (!('rev' in event)) return
        this.#change(event)
        return this.revs.saw(event.rev)
    }
  }

  /**
   * Takes over the reply to `sync` or `joinRoom`.
   *
   * @param claimed the positions that were sent with the request
   * @param askedAt when the request was sent, server time
   */
  entered(room: Entered, claimed: Claimed = {}, askedAt = this.#context.serverNow()): void {
    const from = { ...this.#restoredAt, ...claimed }
    this.#restoredAt = {}
    this.facts.learn(room, 'member')
    this.dropPast()
    // If the user's choice is newer than the request, an event has brought it meanwhile.
    if (this.facts.notifyAt <= askedAt) this.facts.change(() => (this.facts.notify = room.notify))
    this.inbox.recover(room, from.seq)
    this.revs.recover(room, from.rev)
    this.#context.reads.entered(this.chatRoomId, room.readEveryMs)
  }

  /** This client's positions, without the rev if the connected server has no change log. */
  get position(): Claimed {
    const rev = this.#context.hasFeature('changes') ? this.revs.position : undefined
    return { seq: this.inbox.position, rev }
  }

  /** The users who are looking at the room. */
  get presence(): Presence {
    return (this.#presence ??= new Presence(this.#context, this.chatRoomId))
  }

  /** Drops messages that are older than the room's retention time, because no event reports their deletion. */
  dropPast(): void {
    const { retentionDays } = this.facts.settings
    if (typeof retentionDays !== 'number') return
    const keptSince = this.#context.serverNow() - retentionDays * DAY_MS
    this.store.drop(({ timestamp }) => timestamp < keptSince)
  }

  /** Called when a new link is in use: requests what the reply left out, and enters the presence again. */
  resume(): void {
    this.inbox.resume()
    this.revs.resume()
    this.#presence?.resume()
  }

  /** Called when the client has disconnected: ends the loops over messages, and stops timers until `resume`. */
  pause(): void {
    this.streams.end()
    this.#presence?.pause()
  }

  /** A signal that is aborted when this user leaves the room. */
  get untilLeft(): AbortSignal {
    return this.#stay.signal
  }

  /** Called when this user is no longer a member: forgets the room's messages and ends everything that waits. */
  left(error = new ChatError('not_a_member', 'unable to go on; this user has left the room')): void {
    this.facts.left()
    this.#isAway = true
    this.#context.reads.left(this.chatRoomId)
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
   * Takes over that this user was removed. Returns the error for requests that are under way, or undefined if the
   * removal is already known, because events may arrive twice.
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
   * Takes over that this user became a member by other means than a request of this client. Messages are delivered from
   * the room's beginning, or from where the user left the room before. If that is more than a page of messages ago,
   * only new messages are delivered.
   *
   * @param headSeq the room's newest `seq`
   */
  added(headSeq: number): void {
    this.facts.change(() => (this.facts.membership = 'member'))
    this.#context.reads.entered(this.chatRoomId, undefined)
    if (this.inbox.position !== undefined) return
    // If the position is after the head, another room has the id now.
    const from = this.#deliveredTo <= headSeq ? this.#deliveredTo : 0
    if (headSeq - from > MAX_HISTORY_PAGE) return this.inbox.startAtHead(headSeq)
    this.inbox.start(from)
    this.inbox.expect(headSeq)
  }

  /** Emits `stale` when this user has come back, because the client missed what happened meanwhile. */
  #isBack(): void {
    if (!this.#isAway || this.membership !== 'member') return
    this.#isAway = false
    this.emitter.emit('stale', undefined)
  }

  #chosen({ level, until, levelAt }: ReadEvent): void {
    if (level === undefined || levelAt === undefined) return
    this.facts.choose({ level, ...(until !== undefined && { until }) }, levelAt)
  }

  #deliver(due: MessageEvent): void {
    this.heardAt = this.#context.nextPlace()
    this.typists.spoke(due.senderId, due.timestamp)
    const message = this.store.deliver(due)
    // The message was deleted before it was delivered.
    if (!message) return
    this.#context.reads.arrived(message)
    this.streams.push(message)
    this.emitter.emit('message', message)
    const { threadId } = message
    if (threadId !== undefined && !this.store.known(threadId)) this.findRoots()
  }

  /** Requests the roots of threads that were deleted. A page of history leaves them out, but not their replies. */
  findRoots(): void {
    const messageIds = this.store.missingRoots.filter((id) => !this.#sought.has(id)).slice(0, MAX_MESSAGES_BY_ID)
    if (messageIds.length === 0) return
    for (const id of messageIds) this.#sought.add(id)
    const { chatRoomId } = this
    const ask = () => this.#context.patiently({ action: 'getMessages', chatRoomId, messageIds, include: ['deleted'] })
    this.store
      .request(ask, ({ messages }) => {
        this.store.read(messages)
        // They will be missing again once the store is cleared. Those that aren't taken over are not asked for again.
        for (const { messageId, seq } of messages) if (this.store.has(seq)) this.#sought.delete(messageId)
      })
      .catch(() => {
        // The next reply or page asks again.
        for (const id of messageIds) this.#sought.delete(id)
      })
  }

  #change(change: ChangeEvent): void {
    const { facts, store } = this
    switch (change.event) {
      case 'messageDeleted':
        // The deleted message may have been counted as unread.
        this.#context.reads.count(this.chatRoomId)
        this.#context.reads.threads.deleted(change)
        return store.change(change, this.inbox.position ?? -1)
      case 'messageUpdated':
        return store.change(change, this.inbox.position ?? -1)
      case 'roomUpdated': {
        const wasShown = facts.settings.presence
        facts.learn({ ...change.room, role: facts.role, room: change.room })
        this.dropPast()
        // The room's presence was switched on or off.
        if (facts.settings.presence !== wasShown) this.#presence?.resume()
        return this.emitter.emit('roomUpdated', change.room)
      }
      case 'memberUpdated':
        if (change.userId === this.#context.userId) facts.stand(change)
        return this.emitter.emit('memberUpdated', change)
      case 'historyCleared':
        return store.dropForGood(({ seq }) => seq < change.before)
      case 'userErased': {
        this.#context.userErased(change.userId)
        const { position = 0 } = this.inbox
        store.drop(({ senderId }) => senderId === change.userId)
        return store.dropForGood(({ senderId, seq }) => senderId === change.userId && seq <= position)
      }
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
