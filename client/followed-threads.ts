import type { Action, Reply } from '../src/protocol/actions.ts'
import type { MessageEvent, ReadEvent } from '../src/protocol/events.ts'
import { Timer } from './clock.ts'
import { ChatError } from './errors.ts'
import type { ResolvedOptions } from './options.ts'
import { pages } from './pages.ts'
import type { RequestFrame } from './request-frame.ts'
import { RoomUnread, type UnreadState } from './room-unread.ts'

/** How many replies of a thread this user has not read. */
export type ThreadUnread = Omit<UnreadState, 'mentions'>

/** Identifies a thread. */
export interface ThreadPlace {
  chatRoomId: string
  /** The `messageId` of the thread's root. */
  threadId: string
}

/** The part of the client that is needed here. */
interface Requests {
  readonly options: ResolvedOptions
  readonly userId: string | undefined
  readonly isConnected: boolean
  hasFeature(feature: string): boolean
  patiently<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>>
}

/** The part of a deletion that is needed here. */
interface Deleted {
  chatRoomId: string
  threadId?: string | undefined
  seq: number
  deletedBy: string
}

interface Hooks {
  /** Returns the position of a mark that the server may not have yet. */
  marked(place: ThreadPlace): number | undefined
  /** Returns the `seq` up to which the messages of a room have been delivered. */
  position(chatRoomId: string): number | undefined
  /** Called when the unread state of a thread has changed. */
  onThread(place: ThreadPlace, state: ThreadUnread | undefined): void
  /** Called when the number of threads with unread replies has changed. */
  onCount(count: number): void
  /** Lets the server count what is unread, and call `counted`. */
  recount(): void
}

interface Entry extends ThreadPlace {
  /** Whether this user follows the thread; `refused` if they have chosen not to. Undefined if it isn't known yet. */
  following: 'yes' | 'no' | 'refused' | undefined
  /** Whether the server has listed the thread. It does so a moment after this user has begun to follow it. */
  isListed: boolean
  /** Whether the server is being asked who started the thread. */
  isAsked: boolean
  unread: RoomUnread
  /** When the marker was last moved by another device, server time. */
  markedAt: number
  /** The highest `seq` up to which the thread was marked, also while it isn't known whether the user follows it. */
  markedTo: number
  /** The `seq`s of deleted replies, because the event of a deletion may arrive twice. */
  gone: Set<number>
  /** The state that was last reported, as JSON. */
  shown: string | undefined
}

/** How long a request for the list waits for further reasons. */
const LIST_TOGETHER_MS = 100

const keyOf = ({ chatRoomId, threadId }: ThreadPlace): string => `${chatRoomId} ${threadId}`

function stateOf(entry: Entry | undefined): ThreadUnread | undefined {
  const { state } = entry?.unread ?? {}
  if (entry?.following !== 'yes' || !state) return undefined
  const { readSeq, count, exact } = state
  return { readSeq, count, exact }
}

/**
 * The threads that this user follows, and how many of their replies are unread. Nothing is requested until the
 * application asks for it. Then the server counts the threads with unread replies for each connection, together with
 * the rooms. Its list of threads is read only where that number isn't the known one, or once a reply arrives. Replies,
 * marks and the rule of who follows a thread are applied to it. That a thread was followed, or is no longer followed,
 * by a choice on another device is noticed when the list is read again.
 */
export class FollowedThreads {
  readonly #context: Requests
  readonly #hooks: Hooks
  readonly #entries = new Map<string, Entry>()
  readonly #timer: Timer
  #isUsed = false
  /** Whether the list has been read once. */
  #isKnown = false
  #isListing = false
  #isDue = false
  #count = 0
  /** What the server has counted, and what the list then said. They differ where the user follows many threads. */
  #counted: { count: number; listed: number | undefined } | undefined

  constructor(context: Requests, hooks: Hooks) {
    this.#context = context
    this.#hooks = hooks
    this.#timer = new Timer(context.options.clock)
  }

  /** How many followed threads have unread replies. */
  get count(): number {
    this.use()
    return this.#count
  }

  /** Called when the application first asks for unread threads: starts counting. */
  use(): void {
    if (this.#isUsed) return
    this.#isUsed = true
    this.#hooks.recount()
  }

  /** Takes over how many threads have unread replies, as the server has counted: among the first threads, if many. */
  counted(count: number): void {
    if (count === this.#count) return
    // Nothing has changed since the list was read.
    if (count === this.#counted?.count && this.#count === this.#counted.listed) return
    this.#counted = { count, listed: undefined }
    this.list()
  }

  stateOf(place: ThreadPlace): ThreadUnread | undefined {
    this.use()
    if (!this.#isKnown) this.list()
    return stateOf(this.#entries.get(keyOf(place)))
  }

  /** Whether it is known that a thread has no unread replies. */
  isRead(place: ThreadPlace): boolean {
    return stateOf(this.#entries.get(keyOf(place)))?.count === 0
  }

  /** Takes over a delivered message. */
  arrived({ chatRoomId, threadId, seq, senderId }: MessageEvent): void {
    if (threadId === undefined || !this.#isUsed) return
    if (!this.#isKnown) this.list()
    const entry = this.#of({ chatRoomId, threadId })
    const { following } = entry
    if (senderId === this.#context.userId) {
      if (following !== 'yes' && following !== 'refused') this.#begin(entry, seq)
    } else if (following === 'yes' || following === undefined) {
      if (entry.unread.arrived({ seq, isMention: false })) this.list()
      this.#judge(entry)
    }
    this.#changed(entry)
  }

  /** Takes over the deletion of a message: an unread reply is no longer one. */
  deleted({ chatRoomId, threadId = '', seq, deletedBy }: Deleted): void {
    const entry = this.#entries.get(keyOf({ chatRoomId, threadId }))
    // Users delete their own messages, which were not counted.
    if (!entry || entry.gone.has(seq) || deletedBy === this.#context.userId) return
    entry.gone.add(seq)
    entry.unread.removed(seq)
    this.#changed(entry)
  }

  /** Takes over a marker that another device has moved. An event that is older than the known one is ignored. */
  told({ chatRoomId, threadId = '', seq, at }: ReadEvent): void {
    if (!this.#isUsed) return
    const entry = this.#of({ chatRoomId, threadId })
    if (at <= entry.markedAt) return
    entry.markedAt = at
    this.moved({ chatRoomId, threadId }, seq)
  }

  /** Moves the marker of a thread. It never moves back. */
  moved(place: ThreadPlace, seq: number): void {
    if (!this.#isUsed) return
    const entry = this.#of(place)
    entry.markedTo = Math.max(entry.markedTo, seq)
    if (this.#mark(entry)) this.list()
    this.#changed(entry)
  }

  /** Takes over that this user has chosen whether to follow a thread. */
  chosen(place: ThreadPlace, following: boolean): void {
    if (!this.#isUsed) return
    const entry = this.#of(place)
    entry.following = following ? 'yes' : 'refused'
    // Earlier replies may be unread.
    if (following) this.list()
    this.#changed(entry)
  }

  /** Called when this user has left a room. */
  left(chatRoomId: string): void {
    for (const entry of this.#entries.values()) if (entry.chatRoomId === chatRoomId) this.#drop(entry)
  }

  /** Takes over a page of the server's list. */
  listed({ threads }: Reply<'getThreads'>): void {
    if (!this.#isUsed) return
    for (const { chatRoomId, root, readSeq, unread } of threads) {
      const entry = this.#of({ chatRoomId, threadId: root.messageId })
      entry.following = 'yes'
      entry.isListed = true
      // If the root is gone, so is the number of the last reply.
      const lastSeq = root.thread?.lastSeq ?? this.#hooks.position(chatRoomId) ?? 0
      entry.unread.counted({ readSeq, ...unread, mentions: 0, head: Math.max(lastSeq, readSeq) })
      entry.markedTo = Math.max(entry.markedTo, this.#hooks.marked(entry) ?? 0)
      this.#mark(entry)
      this.#changed(entry)
    }
  }

  /** Requests the list, a moment later. */
  list(): void {
    if (!this.#isUsed || this.#isDue) return
    this.#isDue = true
    this.#timer.start(LIST_TOGETHER_MS, () => {
      this.#list().catch(this.#context.options.onError)
    })
  }

  async #list(): Promise<void> {
    if (this.#isListing) return
    this.#isListing = true
    try {
      // The next connection asks again.
      const isServed = this.#context.isConnected && this.#context.hasFeature('threads')
      while (this.#isDue) {
        this.#isDue = false
        if (isServed) await this.#read()
      }
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
    } finally {
      this.#isListing = false
    }
  }

  async #read(): Promise<void> {
    const gone = new Set([...this.#entries].flatMap(([key, { isListed }]) => (isListed ? [key] : [])))
    for await (const page of pages((cursor) => this.#context.patiently({ action: 'getThreads', ...cursor }))) {
      this.listed(page)
      for (const { chatRoomId, root } of page.threads) gone.delete(keyOf({ chatRoomId, threadId: root.messageId }))
    }
    for (const key of gone) {
      const entry = this.#entries.get(key)
      if (entry) this.#drop(entry)
    }
    this.#isKnown = true
    if (this.#counted) this.#counted.listed = this.#count
    for (const entry of this.#entries.values()) this.#judge(entry)
  }

  /** Finds out whether this user follows a thread that the server hasn't listed: whoever started it does. */
  #judge(entry: Entry): void {
    if (!this.#isKnown || entry.following !== undefined || entry.isAsked) return
    entry.isAsked = true
    const { chatRoomId, threadId } = entry
    this.#context
      .patiently({ action: 'getMessages', chatRoomId, messageIds: [threadId], include: ['deleted'] })
      .then(({ messages: [root] }) => {
        if (entry.following !== undefined) return
        if (root && root.senderId === this.#context.userId) this.#begin(entry, root.seq)
        else entry.following = 'no'
        this.#changed(entry)
      })
      .catch((error: unknown) => {
        // The next reply asks again.
        if (!(error instanceof ChatError)) this.#context.options.onError(error)
      })
      .finally(() => (entry.isAsked = false))
  }

  /** Begins to follow a thread, of which everything up to `seq` is read. */
  #begin(entry: Entry, seq: number): void {
    entry.following = 'yes'
    entry.unread.counted({ readSeq: seq, count: 0, exact: true, mentions: 0, head: seq })
    this.#mark(entry)
  }

  /** Applies the marks to what was counted. Returns whether the server must count again. */
  #mark({ unread, markedTo }: Entry): boolean {
    return markedTo > (unread.state?.readSeq ?? 0) && unread.moved(markedTo)
  }

  #of({ chatRoomId, threadId }: ThreadPlace): Entry {
    const key = keyOf({ chatRoomId, threadId })
    let entry = this.#entries.get(key)
    if (!entry) {
      entry = {
        ...{ chatRoomId, threadId, following: undefined, isListed: false, isAsked: false },
        ...{ unread: new RoomUnread(), markedAt: 0, markedTo: 0, gone: new Set(), shown: undefined },
      }
      this.#entries.set(key, entry)
    }
    return entry
  }

  #drop(entry: Entry): void {
    this.#entries.delete(keyOf(entry))
    entry.following = 'no'
    this.#changed(entry)
  }

  #changed(entry: Entry): void {
    const state = stateOf(entry)
    const shown = JSON.stringify(state)
    if (shown === entry.shown) return
    entry.shown = shown
    this.#hooks.onThread(entry, state)
    const count = [...this.#entries.values()].filter((one) => (stateOf(one)?.count ?? 0) > 0).length
    if (count === this.#count) return
    this.#count = count
    this.#hooks.onCount(count)
  }
}
