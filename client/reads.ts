import type { Action, Reply } from '../src/protocol/actions.ts'
import type { MessageEvent, ReadEvent } from '../src/protocol/events.ts'
import { MAX_UNREAD_ROOMS, READ_EVERY_MS } from '../src/protocol/limits.ts'
import { Timer } from './clock.ts'
import { ChatError } from './errors.ts'
import { FollowedThreads, type ThreadUnread } from './followed-threads.ts'
import { MarkQueue } from './mark-queue.ts'
import type { RequestFrame } from './request-frame.ts'
import type { ResolvedOptions } from './options.ts'
import { RoomUnread, type UnreadState } from './room-unread.ts'

/** The numbers of unread messages in all rooms together. */
export interface UnreadTotals {
  /** How many messages of other users are unread. */
  count: number
  /** How many of them mention this user. */
  mentions: number
  /** How many rooms have unread messages. */
  rooms: number
}

/** The part of the client that is needed here. */
interface Requests {
  readonly options: ResolvedOptions
  readonly userId: string | undefined
  readonly isConnected: boolean
  hasFeature(feature: string): boolean
  serverNow(): number
  once<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>>
  patiently<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>>
}

/** The part of a room that is needed here. */
interface ReadRoom {
  readonly chatRoomId: string
  /** The `seq` up to which messages have been delivered. */
  position(): number | undefined
  isMember(): boolean
  /** Called when the unread state has changed. */
  onChange(state: UnreadState | undefined): void
  /** Called when the unread state of one of its threads has changed. */
  onThread(threadId: string, state: ThreadUnread | undefined): void
}

interface Entry {
  room: ReadRoom
  unread: RoomUnread
  readEveryMs: number
  /** When the marker was last moved by the server or another device, server time. */
  markedAt: number
  /** Whether the server must count the room again once the marker has been sent. */
  isUncertain: boolean
  /** The state that was last reported, as JSON. */
  shown: string | undefined
}

/** The fields that a server with threads and mentions adds to a message. */
interface Talk {
  threadId?: string
  inRoom?: boolean
  mentions?: readonly string[]
  mentionsRoom?: boolean
}

/** How long a request for counts waits for further rooms. */
const COUNT_TOGETHER_MS = 100

/** How far this user has read in all rooms, over all devices. Nothing is counted until the application asks for it. */
export class Reads {
  /** How far this user has read the threads that they follow. */
  readonly threads: FollowedThreads
  readonly #context: Requests
  readonly #onTotals: (totals: UnreadTotals) => void
  readonly #entries = new Map<string, Entry>()
  readonly #queue: MarkQueue
  readonly #toCount = new Set<string>()
  readonly #timer: Timer
  /** Whether the application has asked for unread counts. */
  #isUsed = false
  /** Whether the application marks messages as read. */
  #isMarking = false
  #isCounting = false
  #isScheduled = false
  #totals: UnreadTotals = { count: 0, mentions: 0, rooms: 0 }

  constructor(context: Requests, onTotals: (totals: UnreadTotals) => void, onUnreadThreads: (count: number) => void) {
    const { clock } = context.options
    this.#context = context
    this.#onTotals = onTotals
    this.#timer = new Timer(clock)
    this.#queue = new MarkQueue(
      clock,
      (marks) => this.#send(marks),
      () => context.isConnected && this.#isServed,
      context.options.onError,
    )
    this.threads = new FollowedThreads(context, {
      marked: (place) => this.#queue.seqOf(place),
      position: (chatRoomId) => this.#entries.get(chatRoomId)?.room.position(),
      onThread: ({ chatRoomId, threadId }, state) => this.#entries.get(chatRoomId)?.room.onThread(threadId, state),
      onCount: onUnreadThreads,
      recount: () => {
        this.#isUsed = true
        this.countAll()
      },
    })
  }

  /** The unread messages in all rooms, as far as they are known. Kept up to date after the first use. */
  get totals(): UnreadTotals {
    this.use()
    return this.#totals
  }

  /** Called when the application first asks for unread counts: starts counting. */
  use(): void {
    if (this.#isUsed) return
    this.#isUsed = true
    this.countAll()
  }

  stateOf(chatRoomId: string): UnreadState | undefined {
    this.use()
    return this.#entries.get(chatRoomId)?.unread.state
  }

  add(room: ReadRoom): void {
    const entry = {
      room,
      unread: new RoomUnread(),
      readEveryMs: READ_EVERY_MS,
      markedAt: 0,
      isUncertain: false,
      shown: undefined,
    }
    this.#entries.set(room.chatRoomId, entry)
  }

  /** Called when a reply or an event says that the user is a member of a room. */
  entered(chatRoomId: string, readEveryMs: number | undefined): void {
    this.#entryOf(chatRoomId).readEveryMs = readEveryMs ?? READ_EVERY_MS
    this.count(chatRoomId)
  }

  left(chatRoomId: string): void {
    const entry = this.#entryOf(chatRoomId)
    entry.unread.clear()
    entry.markedAt = 0
    this.#queue.drop({ chatRoomId })
    this.threads.left(chatRoomId)
    this.#changed(entry)
  }

  /** Takes over a delivered message. It is unread if another user sent it and the room shows it. */
  arrived(message: MessageEvent): void {
    this.threads.arrived(message)
    const { chatRoomId, seq, senderId, ...more } = message
    const { threadId, inRoom, mentions, mentionsRoom } = more as Talk
    const { userId } = this.#context
    if (senderId === userId || (threadId !== undefined && !inRoom)) return
    const entry = this.#entryOf(chatRoomId)
    const isMention = mentionsRoom === true || (mentions ?? []).some((one) => one === userId)
    if (entry.unread.arrived({ seq, isMention })) this.count(chatRoomId)
    this.#changed(entry)
  }

  /** Takes over a marker that another device has moved. An event that is older than the known one is ignored. */
  told(event: ReadEvent): void {
    const { chatRoomId, threadId, seq, at } = event
    const entry = this.#entryOf(chatRoomId)
    if (threadId !== undefined) return this.threads.told(event)
    if (at <= entry.markedAt) return
    entry.markedAt = at
    // Another device has marked messages as unread, so a mark that still waits here must not undo that.
    const { readSeq = 0 } = entry.unread.state ?? {}
    if (seq < readSeq) this.#queue.drop({ chatRoomId })
    if (this.#move(entry, seq)) this.count(chatRoomId)
  }

  /** Marks a room, or a thread in it, as read up to `seq`. */
  mark(chatRoomId: string, seq: number, threadId?: string): void {
    this.#isMarking = true
    const entry = this.#entryOf(chatRoomId)
    if (threadId !== undefined) {
      // Without unread replies, a mark would change nothing.
      if (this.threads.isRead({ chatRoomId, threadId })) return
      this.#queue.add({ chatRoomId, threadId, seq }, entry.readEveryMs)
      return this.threads.moved({ chatRoomId, threadId }, seq)
    }
    const { state } = entry.unread
    if (seq <= (state?.readSeq ?? -1)) return
    this.#queue.add({ chatRoomId, seq }, entry.readEveryMs)
    entry.isUncertain = this.#move(entry, seq)
  }

  /** Called when a message of this client was stored. It counts as a mark if the application marks messages at all. */
  sent(chatRoomId: string, seq: number): void {
    if (this.#isMarking) this.mark(chatRoomId, seq)
  }

  /**
   * Marks a message and all later ones as unread.
   *
   * @throws ChatError the server's error
   */
  async markUnread(chatRoomId: string, seq: number): Promise<void> {
    const entry = this.#entryOf(chatRoomId)
    // Messages before this one stay read, so marks that wait are sent first. None may be sent after the request.
    await this.#queue.flush()
    this.#queue.drop({ chatRoomId })
    const { readSeq } = await this.#context.patiently({ action: 'markUnread', chatRoomId, seq })
    entry.markedAt = this.#context.serverNow()
    if (this.#move(entry, readSeq)) this.count(chatRoomId)
  }

  /** Sends the marks that wait at once. */
  flush(): Promise<void> {
    return this.#queue.flush()
  }

  /** Called when a new link is in use: sends the waiting marks and counts again, as other devices may have read. */
  resume(): void {
    this.flush().catch(this.#context.options.onError)
    this.countAll()
  }

  countAll(): void {
    for (const { room } of this.#entries.values()) if (room.isMember()) this.count(room.chatRoomId)
  }

  /** Requests a new count of a room, together with other rooms. */
  count(chatRoomId: string): void {
    if (!this.#isUsed) return
    this.#toCount.add(chatRoomId)
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#timer.start(COUNT_TOGETHER_MS, () => {
      this.#isScheduled = false
      this.#countThem().catch(this.#context.options.onError)
    })
  }

  get #isServed(): boolean {
    return this.#context.hasFeature('reads')
  }

  async #countThem(): Promise<void> {
    if (this.#isCounting || !this.#isServed || !this.#context.isConnected) return
    this.#isCounting = true
    try {
      while (this.#toCount.size > 0) {
        // Sorted by id, because the server reads them as a range of the table.
        const ids = [...this.#toCount].sort().slice(0, MAX_UNREAD_ROOMS)
        for (const id of ids) this.#toCount.delete(id)
        const heads = Object.fromEntries(ids.flatMap((id) => this.#headOf(id)))
        if (Object.keys(heads).length === 0) continue
        const { rooms, threads } = await this.#context.patiently({ action: 'getUnread', heads })
        this.#takeOver(heads, rooms)
        this.threads.counted(threads.count)
      }
    } catch (error) {
      // After a failed request the next connection counts again.
      if (!(error instanceof ChatError)) this.#context.options.onError(error)
    } finally {
      this.#isCounting = false
    }
  }

  #headOf(chatRoomId: string): [string, number][] {
    const { room } = this.#entryOf(chatRoomId)
    const position = room.isMember() ? room.position() : undefined
    return position === undefined ? [] : [[chatRoomId, position]]
  }

  #takeOver(heads: Record<string, number>, rooms: Reply<'getUnread'>['rooms']): void {
    for (const [chatRoomId, unread] of Object.entries(rooms)) {
      const entry = this.#entryOf(chatRoomId)
      if (!entry.room.isMember()) continue
      entry.unread.counted({ ...unread, head: heads[chatRoomId] ?? 0 })
      const marked = this.#queue.seqOf({ chatRoomId })
      if (marked !== undefined && marked > unread.readSeq) entry.isUncertain = this.#move(entry, marked)
      else this.#changed(entry)
    }
  }

  /** Moves the marker of a room. Returns whether the server must count the room again. */
  #move(entry: Entry, seq: number): boolean {
    const isUncertain = entry.unread.moved(seq)
    this.#changed(entry)
    return isUncertain
  }

  async #send(marks: Pick<RequestFrame<'markRead'>, 'reads' | 'threads'>): Promise<'done' | 'later'> {
    const { receipts } = this.#context.options
    const own = (typeof receipts === 'function' ? receipts() : receipts) === 'private' ? { private: true } : {}
    try {
      await this.#context.once({ action: 'markRead', ...marks, ...own })
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      if (error.retryable || error.code === 'disconnected') return 'later'
    }
    for (const chatRoomId of Object.keys(marks.reads)) {
      const entry = this.#entryOf(chatRoomId)
      if (entry.isUncertain) this.count(chatRoomId)
      entry.isUncertain = false
    }
    return 'done'
  }

  #changed(entry: Entry): void {
    const { state } = entry.unread
    const shown = JSON.stringify(state)
    if (shown === entry.shown) return
    entry.shown = shown
    entry.room.onChange(state)
    const states = [...this.#entries.values()].flatMap(({ unread }) => unread.state ?? [])
    const sum = (of: (state: UnreadState) => number) => states.reduce((total, one) => total + of(one), 0)
    const totals = {
      count: sum(({ count }) => count),
      mentions: sum(({ mentions }) => mentions),
      rooms: states.filter(({ count }) => count > 0).length,
    }
    if (JSON.stringify(totals) === JSON.stringify(this.#totals)) return
    this.#totals = totals
    this.#onTotals(totals)
  }

  #entryOf(chatRoomId: string): Entry {
    return this.#entries.get(chatRoomId)!
  }
}
