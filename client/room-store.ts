import type { ChangeEvent } from '../src/protocol/change-events.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import type { Emitter } from './emitter.ts'
import { type PendingChange, PendingChanges } from './pending-changes.ts'
import type { RoomSnapshot } from './room-cache.ts'
import type { Deletion, RoomEvents } from './room-events.ts'
import { ThreadReplies } from './thread-replies.ts'

type MessageUpdatedEvent = Extract<ChangeEvent, { event: 'messageUpdated' }>
type MessageDeletedEvent = Extract<ChangeEvent, { event: 'messageDeleted' }>
type Change = MessageEvent | MessageDeletedEvent

/** The store is trimmed to this many newest messages once it has twice as many, beside the pages that were read. */
const KEPT = 200

/** The page that was requested with `getHistory`. */
interface Page {
  before?: number | undefined
  after?: number | undefined
  threadId?: string | undefined
  view?: 'all' | 'room' | undefined
}

/** The reply to `getHistory`. */
interface Loaded {
  messages: readonly MessageEvent[]
  hasMore: boolean
  /** The `before` of the next page, if the server has passed over messages before the first one here. */
  nextBefore?: number | undefined
}

const versionOf = ({ version = 0 }: MessageEvent): number => version

/** Returns a message after a change of it. Events are the same for all members, so they don't have the field `mine`. */
function changed(message: MessageEvent, change: Change): MessageEvent {
  if (change.event === 'message') return { ...change, ...(message.mine && { mine: message.mine }) }
  return { ...tombstoneOf(message, { at: change.deletedAt, by: change.deletedBy }), version: change.version }
}

/** Returns a deleted message without its content: only who sent it and when remains. */
export function tombstoneOf(message: MessageEvent, deleted: NonNullable<MessageEvent['deleted']>): MessageEvent {
  const { event, chatRoomId, seq, messageId, kind, senderId, timestamp, threadId, inRoom, thread, version } = message
  return {
    ...{ event, chatRoomId, seq, messageId, kind, senderId, timestamp, content: '', deleted },
    ...(threadId !== undefined && { threadId }),
    ...(inRoom && { inRoom }),
    ...(thread && { thread }),
    ...(version !== undefined && { version }),
  }
}

/**
 * The messages of a room that this client has. All sources end here: events, pages of history, messages recovered after
 * an absence, and this client's own changes. The newest version of a message wins, wherever it comes from. The room's
 * messages, its threads and its events are derived from this store.
 */
export class RoomStore {
  readonly #pending = new PendingChanges()
  readonly #emitter: Emitter<RoomEvents>
  /** The messages as the server has them, by `seq`. Deleted ones have the field `deleted`. */
  readonly #known = new Map<number, MessageEvent>()
  /** The same messages as the room shows them, with pending changes; `undefined` for a message that isn't shown. */
  readonly #shown = new Map<number, MessageEvent | undefined>()
  /**
   * Changes that came before their messages, by `seq`: these have not been delivered yet, or a page that is being
   * requested may have them as they were before.
   */
  readonly #early = new Map<number, Change>()
  /** Messages have been delivered up to this `seq`, and this many pages are being requested. */
  #position = -1
  #requests = 0
  /** Counts how often all messages were forgotten. */
  #clears = 0
  /** Which messages the room no longer has, though a page or an event may still bring them. */
  #gone: ((message: MessageEvent) => boolean)[] = []
  readonly #replies = new ThreadReplies()
  /** The threads that the application uses, with the `seq` from which on all their replies are known. */
  readonly #threads = new Map<string, number>()
  /** The threads of which replies were dropped, though the server may still count them. */
  readonly #partial = new Set<string>()
  /** All messages that the room shows are known from this `seq` on. */
  #from = Infinity
  /** All messages, including replies that are only shown in threads, are known from this `seq` on. */
  #allFrom = Infinity
  /** The former `#from` and `#allFrom`, if a page was read that begins after the last delivered message. */
  #behind: { from: number; allFrom: number } | undefined
  #limit = 2 * KEPT
  #list: readonly MessageEvent[] | undefined
  /** Whether a page is being taken over, and whether that has changed the list. */
  #isReading = false
  #hasRead = false

  constructor(emitter: Emitter<RoomEvents>) {
    this.#emitter = emitter
  }

  /** The room's messages, without replies that are shown in their threads only. */
  get messages(): readonly MessageEvent[] {
    return (this.#list ??= this.#listed(({ seq, threadId, inRoom }) => seq >= this.#from && (!threadId || !!inRoom)))
  }

  /** The newest replies of a thread, as far back as they are known without a gap. */
  repliesOf(rootId: string): MessageEvent[] {
    const from = Math.min(this.#allFrom, this.#threads.get(rootId) ?? Infinity)
    return this.#listed(({ seq, threadId }) => threadId === rootId && seq >= from)
  }

  /** Keeps the replies of a thread from now on, including those that are read. */
  watchThread(rootId: string): void {
    if (!this.#threads.has(rootId)) this.#threads.set(rootId, Infinity)
  }

  /** How many messages have changes of this client that the server has not answered yet. */
  get changing(): number {
    return this.#pending.waiting
  }

  /** Returns a message as it is shown, or undefined if it isn't known or isn't shown. */
  find(messageId: string): MessageEvent | undefined {
    return this.#shown.get(Number(messageId))
  }

  /** Returns a message as the server has it. */
  known(messageId: string): MessageEvent | undefined {
    return this.#known.get(Number(messageId))
  }

  /** Whether a message is known, shown or not. */
  has(seq: number): boolean {
    return this.#known.has(seq)
  }

  /**
   * The roots of known replies that aren't known though all messages around them are: they were deleted before this
   * client read their place.
   */
  get missingRoots(): string[] {
    const roots = new Set([...this.#known.values()].flatMap(({ threadId }) => threadId ?? []))
    return [...roots].filter((id) => Number(id) >= this.#from && !this.has(Number(id)))
  }

  /** Takes over a message when it is delivered. Returns it as it is shown, or undefined if it was deleted earlier. */
  deliver(message: MessageEvent): MessageEvent | undefined {
    const { seq } = message
    const early = this.#early.get(seq)
    this.#position = seq
    this.#forgetEarly()
    if (seq >= this.#from - 1) {
      // All earlier messages have been delivered, so there is no gap any more.
      this.#from = Math.min(this.#from, this.#behind?.from ?? seq, seq)
      this.#allFrom = Math.min(this.#allFrom, this.#behind?.allFrom ?? seq, seq)
      this.#behind = undefined
    } else if (this.#from === Infinity) {
      this.#from = this.#allFrom = seq
    }
    this.#put(message, 'event', 'quiet')
    if (early) this.#change(early, 'quiet')
    this.#trim()
    this.#emitter.emit('messages', undefined)
    return this.#shown.get(seq)
  }

  /** Takes over an event of a message, if the message is already known. */
  refresh(message: MessageEvent): void {
    if (this.has(message.seq)) this.#put(message, 'event')
  }

  /**
   * Takes over a change of a message: an edit, a reaction or a deletion.
   *
   * @param position the `seq` up to which messages have been delivered
   */
  change(event: MessageUpdatedEvent | MessageDeletedEvent, position: number): void {
    const change = event.event === 'messageUpdated' ? event.message : event
    const { seq, version = 0 } = change
    if (this.has(seq)) return this.#change(change)
    this.#position = position
    const isAwaited = seq > position || this.#requests > 0
    if (isAwaited && version > (this.#early.get(seq)?.version ?? 0)) this.#early.set(seq, change)
    // The message isn't in this store, but an application may keep more messages. It can compare the versions.
    if (seq > position) return
    if (change.event === 'message') this.#emitter.emit('messageUpdated', change)
    else {
      this.#emitter.emit('messageDeleted', change)
      this.#uncount(change)
    }
  }

  /**
   * Requests messages, and has `take` take them over. Changes that arrive meanwhile hold for them too. If all messages
   * are forgotten meanwhile, changes may have been missed, so the request is repeated.
   */
  async request<T, R>(ask: () => Promise<T>, take: (reply: T) => R): Promise<R> {
    this.#requests++
    try {
      for (;;) {
        const clears = this.#clears
        const reply = await ask()
        if (clears === this.#clears) return take(reply)
      }
    } finally {
      this.#requests--
      this.#forgetEarly()
    }
  }

  /** Takes over a page. Returns its messages as they are shown. */
  load(
    { before, after, threadId, view }: Page,
    { messages, hasMore, nextBefore }: Loaded,
    position: number | undefined,
  ): MessageEvent[] {
    const first = nextBefore ?? messages[0]?.seq ?? before ?? 0
    const low = hasMore ? first : 0
    if (before === undefined && after === undefined && threadId === undefined) this.#jump(low, position)
    if (after === undefined) {
      const isWhole = threadId === undefined && view !== 'room'
      if (isWhole && (before === undefined || before >= this.#allFrom)) this.#allFrom = Math.min(this.#allFrom, low)
      if (threadId !== undefined) this.#widenThread(threadId, before, low)
      // Without `before` it is the newest page, which has no gap to the known messages.
      else if (before === undefined || before >= this.#from) this.#widen(low, messages.length)
    }
    const shown = this.read(messages)
    // Its replies may have been counted, and are all known now.
    if (threadId !== undefined) this.#touch(Number(threadId))
    return shown
  }

  /** Takes over messages that were read. Returns them as they are shown. The list has changed once for all of them. */
  read(messages: readonly MessageEvent[]): MessageEvent[] {
    this.#isReading = true
    try {
      return messages.flatMap((message) => this.#read(message) ?? [])
    } finally {
      this.#isReading = false
      if (this.#hasRead) this.#emitter.emit('messages', undefined)
      this.#hasRead = false
    }
  }

  /** Makes a change for this client. See `PendingChanges.make`. */
  make(
    messageId: string,
    change: Pick<PendingChange, 'shows' | 'about'>,
    request: () => Promise<NonNullable<PendingChange['isIn']>>,
  ): Promise<void> {
    return this.#pending.make(messageId, change, request, () => {
      const base = this.#known.get(Number(messageId))
      if (base) this.#pending.arrived(base)
      this.#touch(Number(messageId))
    })
  }

  /** Takes over that messages before `seq` were skipped, so that there is a gap after the known messages. */
  skipTo(seq: number): void {
    this.#from = seq
    this.#behind = undefined
    for (const [rootId, from] of this.#threads) this.#threads.set(rootId, Math.max(from, seq))
    this.#prune()
    this.#emitter.emit('messages', undefined)
  }

  /** Drops the messages for which `isDropped` returns true. */
  drop(isDropped: (message: MessageEvent) => boolean): void {
    const dropped = [...this.#known].filter(([, message]) => isDropped(message))
    if (dropped.length === 0) return
    for (const [seq] of dropped) this.#forget(seq)
    const threads = new Set(dropped.flatMap(([, { threadId }]) => threadId ?? []))
    for (const rootId of threads) {
      this.#partial.add(rootId)
      this.#touch(Number(rootId))
    }
    this.#list = undefined
    this.#emitter.emit('messages', undefined)
  }

  /** As `drop`, for messages that the room no longer has: they stay away if they still arrive. */
  dropForGood(isGone: (message: MessageEvent) => boolean): void {
    this.#gone.push(isGone)
    this.drop(isGone)
  }

  /** Forgets all messages, but not this client's pending changes. */
  clear(): void {
    this.#clears++
    this.#gone = []
    this.#from = this.#allFrom = Infinity
    this.#behind = undefined
    this.#limit = 2 * KEPT
    this.#early.clear()
    this.#threads.clear()
    this.#partial.clear()
    for (const seq of this.#known.keys()) this.#forget(seq)
    this.#list = undefined
    this.#emitter.emit('messages', undefined)
  }

  /** What a cache keeps. */
  get snapshot(): Pick<RoomSnapshot, 'messages' | 'allFrom'> {
    const kept = this.#sorted(this.#known).filter(({ seq }) => seq >= this.#from)
    return { messages: kept.map((message) => this.#counted(message)), allFrom: this.#allFrom }
  }

  /** Starts with what a cache has kept. */
  restore({ messages, allFrom }: Pick<RoomSnapshot, 'messages' | 'allFrom'>): void {
    this.#from = messages[0]?.seq ?? Infinity
    this.#allFrom = Math.max(allFrom ?? Infinity, this.#from)
    for (const message of messages) this.#put(message, 'event', 'quiet')
    this.#emitter.emit('messages', undefined)
  }

  #read(read: MessageEvent): MessageEvent | undefined {
    const { seq } = read
    const change = this.#early.get(seq)
    const message = change && (change.version ?? 0) > versionOf(read) ? changed(read, change) : read
    if (this.#isGone(message)) return undefined
    if (seq < this.#from && !this.has(seq) && !this.#isWatched(message)) return message.deleted ? undefined : message
    this.#put(message, 'read')
    return this.#shown.get(seq)
  }

  #isGone(message: MessageEvent): boolean {
    return this.#gone.some((isGone) => isGone(message))
  }

  #forgetEarly(): void {
    if (this.#requests > 0) return
    for (const seq of this.#early.keys()) if (seq <= this.#position) this.#early.delete(seq)
  }

  #isWatched({ threadId, messageId }: MessageEvent): boolean {
    return this.#threads.has(threadId ?? messageId)
  }

  /** Starts again at the newest page, if messages between it and the last delivered one have yet to arrive. */
  #jump(low: number, position: number | undefined): void {
    if (position === undefined || low <= position + 1 || this.#from > position) return
    this.#behind = { from: this.#from, allFrom: this.#allFrom }
    this.#from = low
    this.#allFrom = Infinity
  }

  #widen(low: number, count: number): void {
    if (low >= this.#from) return
    this.#from = low
    this.#limit = this.#known.size + count + 2 * KEPT
  }

  /** Takes over the deletion of a reply that isn't known. The count of its root, if that is known, includes it. */
  #uncount({ threadId, seq }: MessageDeletedEvent): void {
    if (threadId === undefined || !this.known(threadId)) return
    this.#replies.deleted(threadId, seq)
    this.#touch(Number(threadId))
  }

  #widenThread(rootId: string, before: number | undefined, low: number): void {
    const from = this.#threads.get(rootId) ?? Infinity
    if (before === undefined || before >= Math.min(from, this.#allFrom)) this.#threads.set(rootId, Math.min(from, low))
  }

  #change(change: Change, quiet?: 'quiet'): void {
    if (change.event === 'message') return this.#put(change, 'event', quiet)
    const { seq, version } = change
    const known = this.#known.get(seq)
    if (!known || version <= versionOf(known)) return
    if (known.threadId !== undefined) this.#replies.deleted(known.threadId, seq)
    this.#put(changed(known, change), 'event', quiet)
  }

  /** Takes over a message unless the known one is newer. Of two with the same version, one that was just read wins. */
  #put(message: MessageEvent, from: 'event' | 'read', quiet?: 'quiet'): void {
    const { seq } = message
    if (this.#isGone(message)) return
    const known = this.#known.get(seq)
    const newer = known ? versionOf(message) - versionOf(known) : 1
    if (newer < 0 || (newer === 0 && from === 'event')) return
    // Events are the same for all members, so they don't have the field `mine`.
    const mine = message.mine ?? known?.mine
    this.#known.set(seq, mine === message.mine ? message : { ...message, mine: mine! })
    this.#replies.put(message, from === 'read' || !isSameCount(message, known))
    this.#pending.arrived(message)
    this.#touch(seq, quiet)
  }

  /** Computes again how a message is shown, and emits an event if that has changed. */
  #touch(seq: number, quiet?: 'quiet'): void {
    const base = this.#known.get(seq)
    if (!base) return
    const before = this.#shown.get(seq)
    const shown = this.#visible(this.#pending.shown(base))
    this.#shown.set(seq, shown)
    this.#list = undefined
    const { threadId } = base
    // The root shows the number of replies. A root is never a reply itself.
    const root = threadId === undefined ? undefined : this.known(threadId)
    if (root && root.threadId === undefined) this.#touch(root.seq)
    if (quiet || JSON.stringify(before) === JSON.stringify(shown)) return
    const isGone = shown === undefined || (shown.deleted !== undefined && before?.deleted === undefined)
    if (!isGone) this.#emitter.emit('messageUpdated', shown)
    else if (before) this.#emitter.emit('messageDeleted', deletionOf(this.#pending.shown(base)))
    if (this.#isReading) this.#hasRead = true
    else this.#emitter.emit('messages', undefined)
  }

  /** Returns a message as it is shown, or undefined for a deleted message without replies. */
  #visible(message: MessageEvent): MessageEvent | undefined {
    const counted = this.#counted(message)
    return counted.deleted && !counted.thread ? undefined : counted
  }

  /** Returns a message with the present number of its replies. */
  #counted(message: MessageEvent): MessageEvent {
    const { thread: before, ...rest } = message
    const thread = this.#replies.summary(message, this.#hasAllReplies(message))
    return thread === before ? message : { ...rest, ...(thread && { thread }) }
  }

  /** Whether all replies to a message are known, also those that the server has counted last. */
  #hasAllReplies({ messageId, seq, thread }: MessageEvent): boolean {
    if (this.#partial.has(messageId)) return false
    const isRead = (this.#threads.get(messageId) ?? Infinity) <= seq + 1
    return isRead || (this.#allFrom <= seq + 1 && (!thread || this.has(thread.lastSeq)))
  }

  #trim(): void {
    if (this.#known.size <= this.#limit) return
    const seqs = [...this.#known.keys()].sort((a, b) => a - b)
    this.#from = Math.max(this.#from, seqs.at(-KEPT)!)
    this.#limit = 2 * KEPT
    this.#prune()
  }

  #prune(): void {
    this.#list = undefined
    this.#behind = undefined
    this.#allFrom = Math.max(this.#allFrom, this.#from)
    for (const [seq, message] of this.#known) if (seq < this.#from && !this.#isWatched(message)) this.#forget(seq)
  }

  #forget(seq: number): void {
    const message = this.#known.get(seq)!
    this.#known.delete(seq)
    this.#shown.delete(seq)
    this.#replies.forget(message)
  }

  #listed(isListed: (message: MessageEvent) => boolean): MessageEvent[] {
    return this.#sorted(this.#shown).filter(isListed)
  }

  #sorted(messages: ReadonlyMap<number, MessageEvent | undefined>): MessageEvent[] {
    const all = [...messages.values()].filter((message) => message !== undefined)
    return all.sort((a, b) => a.seq - b.seq)
  }
}

/** Whether two versions of a root have the same count of replies, so that the server has not counted in between. */
const isSameCount = ({ thread: now }: MessageEvent, { thread: before }: Partial<MessageEvent> = {}): boolean =>
  now?.replies === before?.replies && now?.lastSeq === before?.lastSeq

function deletionOf(message: MessageEvent): Deletion {
  const { seq, messageId, version = 0, deleted, threadId } = message
  return {
    ...{ seq, messageId, version, deletedAt: deleted!.at, deletedBy: deleted!.by },
    ...(threadId !== undefined && { threadId }),
  }
}
