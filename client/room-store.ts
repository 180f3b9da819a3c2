import type { ChangeEvent } from '../src/protocol/change-events.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import type { Emitter } from './emitter.ts'
import { type PendingChange, PendingChanges } from './pending-changes.ts'
import type { Deletion, RoomEvents } from './room-events.ts'
import { ThreadReplies } from './thread-replies.ts'

type MessageUpdatedEvent = Extract<ChangeEvent, { event: 'messageUpdated' }>
type MessageDeletedEvent = Extract<ChangeEvent, { event: 'messageDeleted' }>

/** When there are twice as many and the pages that were read, only so many are kept, the newest. */
const KEPT = 200

/** The page that `getHistory` was asked for. */
interface Page {
  before?: number | undefined
  after?: number | undefined
  threadId?: string | undefined
  view?: 'all' | 'room' | undefined
}

/** What a reply to `getHistory` says. */
interface Loaded {
  messages: readonly MessageEvent[]
  hasMore: boolean
  /** Where the next page begins, exclusive, where messages were passed over. */
  nextBefore?: number | undefined
}

const versionOf = ({ version = 0 }: MessageEvent): number => version

/** What is left of a deleted message: who said something then. */
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
 * What this client has of a room's messages. Everything goes through here: events, pages of history, what was recovered
 * after an absence, and what this client has asked for itself. The newest version of a message wins, however it comes.
 * The room's messages, its threads and its events are views of it.
 */
export class RoomStore {
  readonly #pending = new PendingChanges()
  readonly #emitter: Emitter<RoomEvents>
  /** As the server has them, by `seq`; deleted ones with `deleted`. */
  readonly #known = new Map<number, MessageEvent>()
  /** The same as they are shown; `undefined` for what isn't. */
  readonly #shown = new Map<number, MessageEvent | undefined>()
  /** Changed before they were due. */
  readonly #early = new Map<number, MessageEvent | MessageDeletedEvent>()
  readonly #replies = new ThreadReplies()
  /** Threads that are looked at, and from which `seq` on all their replies are known. */
  readonly #threads = new Map<string, number>()
  /** From this `seq` on all messages of the room's view are known. */
  #from = Infinity
  /** And from this one on all replies in threads too. */
  #allFrom = Infinity
  /** Where what is known began, before a page was read that is further on than what has been delivered. */
  #behind: number | undefined
  #limit = 2 * KEPT
  #list: readonly MessageEvent[] | undefined

  constructor(emitter: Emitter<RoomEvents>) {
    this.#emitter = emitter
  }

  /** The room's messages, without replies that are shown in their threads only. */
  get messages(): readonly MessageEvent[] {
    return (this.#list ??= this.#listed(({ seq, threadId, inRoom }) => seq >= this.#from && (!threadId || !!inRoom)))
  }

  /** The replies of a thread that are known without a hole. */
  repliesOf(rootId: string): MessageEvent[] {
    const from = Math.min(this.#allFrom, this.#threads.get(rootId) ?? Infinity)
    return this.#listed(({ seq, threadId }) => threadId === rootId && seq >= from)
  }

  /** From now on the replies of a thread are kept, and what is read of it. */
  watchThread(rootId: string): void {
    if (!this.#threads.has(rootId)) this.#threads.set(rootId, Infinity)
  }

  /** A message as it is shown; `undefined` when it isn't known, or is deleted without a trace. */
  find(messageId: string): MessageEvent | undefined {
    return this.#shown.get(Number(messageId))
  }

  /** A message as the server has it. */
  known(messageId: string): MessageEvent | undefined {
    return this.#known.get(Number(messageId))
  }

  /** Whether a message is known, shown or not. */
  has(seq: number): boolean {
    return this.#known.has(seq)
  }

  /** A message is due. Returns it as it is shown; `undefined` when it was deleted before. */
  deliver(message: MessageEvent): MessageEvent | undefined {
    const { seq } = message
    const early = this.#early.get(seq)
    for (const other of this.#early.keys()) if (other <= seq) this.#early.delete(other)
    if (seq >= this.#from - 1) {
      // What came before has all been delivered.
      this.#from = Math.min(this.#from, this.#behind ?? seq, seq)
      this.#allFrom = Math.min(this.#allFrom, this.#from)
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

  /** A message has come, once more perhaps. */
  refresh(message: MessageEvent): void {
    if (this.has(message.seq)) this.#put(message, 'event')
  }

  /**
   * A message was edited, reacted to or deleted.
   *
   * @param position the `seq` up to which messages have been delivered
   */
  change(event: MessageUpdatedEvent | MessageDeletedEvent, position: number): void {
    const change = event.event === 'messageUpdated' ? event.message : event
    const { seq } = change
    if (seq > position) {
      const early = this.#early.get(seq)
      if (!early || (change.version ?? 0) > (early.version ?? 0)) this.#early.set(seq, change)
    }
    if (this.has(seq)) return this.#change(change)
    // Whoever keeps more than this store compares versions.
    if (seq > position) return
    if (change.event === 'message') this.#emitter.emit('messageUpdated', change)
    else this.#emitter.emit('messageDeleted', change)
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
      // Without a bound it is the newest page, which reaches what is known.
      else if (before === undefined || before >= this.#from) this.#widen(low, messages.length)
    }
    return this.read(messages)
  }

  /** Takes over messages that were read. Returns them as they are shown. */
  read(messages: readonly MessageEvent[]): MessageEvent[] {
    return messages.flatMap((message) => this.#read(message) ?? [])
  }

  /** Makes a change of this client's own. See `PendingChanges.make`. */
  make(
    messageId: string,
    shows: PendingChange['shows'],
    request: () => Promise<NonNullable<PendingChange['isIn']>>,
  ): Promise<void> {
    return this.#pending.make(messageId, shows, request, () => {
      const base = this.#known.get(Number(messageId))
      if (base) this.#pending.arrived(base)
      this.#touch(Number(messageId))
    })
  }

  /** Messages were skipped: what was known before is not next to what comes. */
  skipTo(seq: number): void {
    this.#from = seq
    this.#behind = undefined
    this.#prune()
    this.#emitter.emit('messages', undefined)
  }

  /** Drops messages for good, if there are such. */
  drop(isDropped: (message: MessageEvent) => boolean): void {
    const dropped = [...this.#known].filter(([, message]) => isDropped(message))
    if (dropped.length === 0) return
    for (const [seq] of dropped) this.#forget(seq)
    this.#list = undefined
    this.#emitter.emit('messages', undefined)
  }

  /** Forgets everything; what this client has asked for stays. */
  clear(): void {
    this.#from = this.#allFrom = Infinity
    this.#behind = undefined
    this.#limit = 2 * KEPT
    this.#early.clear()
    this.#threads.clear()
    for (const seq of this.#known.keys()) this.#forget(seq)
    this.#list = undefined
    this.#emitter.emit('messages', undefined)
  }

  /** What there is to keep over a restart. */
  get snapshot(): MessageEvent[] {
    return this.#sorted(this.#known).filter(({ seq }) => seq >= this.#from)
  }

  /** Begins with what was kept. */
  restore(messages: readonly MessageEvent[]): void {
    this.#from = this.#allFrom = messages[0]?.seq ?? Infinity
    for (const message of messages) this.#put(message, 'event', 'quiet')
    this.#emitter.emit('messages', undefined)
  }

  #read(message: MessageEvent): MessageEvent | undefined {
    const { seq } = message
    if (seq < this.#from && !this.has(seq) && !this.#isWatched(message)) return message.deleted ? undefined : message
    this.#put(message, 'read')
    return this.#shown.get(seq)
  }

  #isWatched({ threadId, messageId }: MessageEvent): boolean {
    return this.#threads.has(threadId ?? messageId)
  }

  /** Between what has been delivered and the newest page there may be messages that are still to come. */
  #jump(low: number, position: number | undefined): void {
    if (position === undefined || low <= position + 1 || this.#from > position) return
    this.#behind = this.#from
    this.#from = this.#allFrom = low
  }

  #widen(low: number, count: number): void {
    if (low >= this.#from) return
    this.#from = low
    this.#limit = this.#known.size + count + 2 * KEPT
  }

  #widenThread(rootId: string, before: number | undefined, low: number): void {
    const from = this.#threads.get(rootId) ?? Infinity
    if (before === undefined || before >= Math.min(from, this.#allFrom)) this.#threads.set(rootId, Math.min(from, low))
  }

  #change(change: MessageEvent | MessageDeletedEvent, quiet?: 'quiet'): void {
    if (change.event === 'message') return this.#put(change, 'event', quiet)
    const { seq, version, deletedAt: at, deletedBy: by } = change
    const known = this.#known.get(seq)!
    if (version <= versionOf(known)) return
    if (known.threadId !== undefined) this.#replies.deleted(known)
    this.#put({ ...tombstoneOf(known, { at, by }), version }, 'event', quiet)
  }

  /** A read is of now; of two events with one version neither says more. */
  #put(message: MessageEvent, from: 'event' | 'read', quiet?: 'quiet'): void {
    const { seq } = message
    const known = this.#known.get(seq)
    const newer = known ? versionOf(message) - versionOf(known) : 1
    if (newer < 0 || (newer === 0 && from === 'event')) return
    // Events are the same for everybody.
    const mine = message.mine ?? known?.mine
    this.#known.set(seq, mine === message.mine ? message : { ...message, mine: mine! })
    this.#replies.put(message)
    this.#pending.arrived(message)
    this.#touch(seq, quiet)
  }

  /** Finds out how a message is shown now, and tells. */
  #touch(seq: number, quiet?: 'quiet'): void {
    const base = this.#known.get(seq)
    if (!base) return
    const before = this.#shown.get(seq)
    const shown = this.#visible(this.#pending.shown(base))
    this.#shown.set(seq, shown)
    this.#list = undefined
    const { threadId } = base
    // A root is no reply itself.
    const root = threadId === undefined ? undefined : this.known(threadId)
    if (root && root.threadId === undefined) this.#touch(root.seq)
    if (quiet || JSON.stringify(before) === JSON.stringify(shown)) return
    const isGone = shown === undefined || (shown.deleted !== undefined && before?.deleted === undefined)
    if (!isGone) this.#emitter.emit('messageUpdated', shown)
    else if (before) this.#emitter.emit('messageDeleted', deletionOf(this.#pending.shown(base)))
    this.#emitter.emit('messages', undefined)
  }

  /** Of a deleted message something is shown only where replies hang on it, or in its thread. */
  #visible(message: MessageEvent): MessageEvent | undefined {
    const thread = this.#replies.summary(message)
    if (message.deleted && !thread) return undefined
    return thread === message.thread ? message : { ...message, ...(thread && { thread }) }
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
    this.#allFrom = Math.max(this.#allFrom, this.#from)
    for (const [seq, message] of this.#known) if (seq < this.#from && !this.#isWatched(message)) this.#forget(seq)
  }

  #forget(seq: number): void {
    const message = this.#known.get(seq)!
    this.#known.delete(seq)
    this.#shown.delete(seq)
    this.#replies.forget(message, this.has(Number(message.threadId)))
  }

  #listed(isListed: (message: MessageEvent) => boolean): MessageEvent[] {
    return this.#sorted(this.#shown).filter(isListed)
  }

  #sorted(messages: ReadonlyMap<number, MessageEvent | undefined>): MessageEvent[] {
    const all = [...messages.values()].filter((message) => message !== undefined)
    return all.sort((a, b) => a.seq - b.seq)
  }
}

function deletionOf(message: MessageEvent): Deletion {
  const { seq, messageId, version = 0, deleted, threadId } = message
  return {
    ...{ seq, messageId, version, deletedAt: deleted!.at, deletedBy: deleted!.by },
    ...(threadId !== undefined && { threadId }),
  }
}
