import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import { MAX_HISTORY_PAGE } from '../src/protocol/limits.ts'
import { type Clock, Timer } from './clock.ts'
import { GapRequest } from './gap-request.ts'

/** The payload of `discontinuity`: the skipped messages are those with `after < seq < before`. */
export interface Discontinuity {
  after: number
  before: number
}

interface InboxOptions {
  clock: Clock
  /** How long to wait for a missing message before it is requested, ms. */
  holeWaitMs: number
  /** How many messages to fetch at most when the server didn't reply with the whole gap. */
  recoverLimit: number
  /** Requests a page, once. Rejects with `disconnected` when there is no connection. */
  history: (range: { after: number; before?: number; limit: number }) => Promise<Reply<'getHistory'>>
  deliver: (message: MessageEvent) => void
  /** Called after a reconnect, when nothing is missing any more. */
  onRecovered: (count: number) => void
  onDiscontinuity: (discontinuity: Discontinuity) => void
  onError: (error: unknown) => void
}

/**
 * One room's messages from all sources (events, replies, sync, history), each delivered once and in the order of `seq`.
 * A message that skips a number is held until the missing one arrives. When history doesn't have that one either, the
 * hole is final.
 */
export class Inbox {
  readonly #options: InboxOptions
  readonly #timer: Timer
  readonly #missing: GapRequest
  readonly #held = new Map<number, MessageEvent>()
  /** Every `seq` up to this one has been delivered or has no message. `undefined` before the first `start`. */
  #position: number | undefined
  /** The room is known to have messages up to this `seq`, but they may never arrive as events. */
  #target = 0
  /** The head's `seq` at the start. If its message isn't stored yet, it still arrives, and is new. */
  #mayStillCome: number | undefined
  /** The position before the hole that the timer runs for. */
  #noticedAt = -1
  #draining = false
  /** Messages delivered since a recovery started; `undefined` while there is none. */
  #recovered: number | undefined

  constructor(options: InboxOptions) {
    this.#options = options
    this.#timer = new Timer(options.clock)
    this.#missing = new GapRequest(
      () => this.#requestMissing(),
      () => this.#drain(),
      options.onError,
    )
  }

  get position(): number | undefined {
    return this.#position
  }

  accept(message: MessageEvent): void {
    if (message.seq === this.#position && message.seq === this.#mayStillCome) {
      this.#mayStillCome = undefined
      this.#position--
    }
    if (!this.#isOld(message)) this.#held.set(message.seq, message)
    this.#drain()
  }

  /** Starts after `seq`, or with the first message that is held. Does nothing if the inbox has started. */
  start(seq: number): void {
    this.#position ??= Math.min(seq, this.#firstHeld() - 1)
    this.#drain()
  }

  /** Starts after the room's newest `seq`. If that one's message isn't stored yet, it is delivered when it arrives. */
  startAtHead(headSeq: number): void {
    if (this.#position === undefined) this.#mayStillCome = headSeq
    this.start(headSeq)
  }

  /** The room has messages up to `seq` at least: requests them if they don't arrive. */
  expect(seq: number): void {
    this.#target = Math.max(this.#target, seq)
    this.#drain()
  }

  /**
   * Takes over a reply to `sync` or `joinRoom`. `resume` requests what the reply left out.
   *
   * @param claimed the position that was sent with the request
   */
  recover(
    { headSeq, recovered, events }: Pick<Reply<'joinRoom'>, 'headSeq' | 'recovered' | 'events'>,
    claimed?: number,
  ) {
    if (this.#position === undefined) {
      for (const event of events) this.#held.set(event.seq, event)
      return this.startAtHead(headSeq)
    }
    this.#recovered = 0
    if (claimed !== undefined && headSeq < claimed) {
      // Another history than before: the table was restored from a backup, say.
      this.#held.clear()
      this.#skip(claimed, headSeq)
    } else if (recovered) {
      for (const event of events) this.#hold(event)
      this.#advance(headSeq)
    } else {
      this.#target = headSeq
      const from = headSeq - this.#options.recoverLimit
      if (from > this.#position) this.#skip(this.#position, from)
    }
    this.#finishRecovery()
  }

  /** Requests what the last reply left out, now that there is a connection. */
  resume(): void {
    if (this.#position === undefined) return
    if (this.#recovered !== undefined) this.#fill()
    else this.#drain()
  }

  /** Forgets everything, as if the room were new. */
  reset(): void {
    this.#timer.stop()
    this.#held.clear()
    this.#position = this.#recovered = this.#mayStillCome = undefined
    this.#target = 0
    this.#noticedAt = -1
  }

  #skip(after: number, to: number): void {
    this.#position = to
    this.#options.onDiscontinuity({ after, before: to + 1 })
    this.#advance(to)
  }

  #isOld = ({ seq }: MessageEvent): boolean => this.#position !== undefined && seq <= this.#position

  #hold(message: MessageEvent): void {
    if (!this.#isOld(message) && !this.#held.has(message.seq)) this.#held.set(message.seq, message)
  }

  #firstHeld(): number {
    let first = Infinity
    for (const seq of this.#held.keys()) first = Math.min(first, seq)
    return first
  }

  #isBehind = (): boolean => this.#position !== undefined && (this.#held.size > 0 || this.#target > this.#position)

  /** Delivers the held messages up to `seq`, with or without holes, and those that follow without a hole. */
  #advance(seq: number): void {
    const due = [...this.#held.keys()].filter((held) => held <= seq).sort((a, b) => a - b)
    for (const next of due) this.#deliver(next)
    this.#position = Math.max(this.#position ?? 0, seq)
    this.#drain()
  }

  #drain(): void {
    // A listener may bring in a message synchronously: the loop that called the listener delivers it.
    if (this.#draining || this.#position === undefined) return
    while (this.#held.has(this.#position + 1)) this.#deliver(this.#position + 1)
    if (!this.#isBehind()) {
      this.#timer.stop()
      this.#noticedAt = -1
    } else if (this.#noticedAt !== this.#position && !this.#missing.isRunning) {
      this.#noticedAt = this.#position
      this.#timer.start(this.#options.holeWaitMs, () => this.#fill())
    }
  }

  #deliver(seq: number): void {
    const message = this.#held.get(seq)
    this.#held.delete(seq)
    if (!message || this.#isOld(message)) return
    this.#position = seq
    if (this.#recovered !== undefined) this.#recovered++
    this.#draining = true
    this.#options.deliver(message)
    this.#draining = false
  }

  #finishRecovery(): void {
    if (this.#recovered === undefined || this.#target > (this.#position ?? 0)) return
    const count = this.#recovered
    this.#recovered = undefined
    this.#options.onRecovered(count)
  }

  #fill(): void {
    if (this.#missing.isRunning) return
    this.#timer.stop()
    this.#noticedAt = -1
    this.#missing.start()
  }

  async #requestMissing(): Promise<void> {
    while (this.#isBehind()) {
      const after = this.#position!
      const first = this.#firstHeld()
      const toHead = this.#target > after
      const range = { after, limit: MAX_HISTORY_PAGE, ...(toHead ? {} : { before: first }) }
      const { messages, hasMore } = await this.#options.history(range)
      if (this.#position === undefined || this.#position < after) return
      for (const message of messages) this.#hold(message)
      const last = messages.at(-1)?.seq ?? after
      if (!hasMore && toHead) this.#target = 0
      // A number missing in the page has no message. Beyond its last one, the page says nothing when there is more.
      this.#advance(hasMore || toHead ? last : first - 1)
      this.#finishRecovery()
    }
  }
}
