import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import { MAX_HISTORY_PAGE } from '../src/protocol/limits.ts'
import { type Clock, Timer } from './clock.ts'
import { GapRequest } from './gap-request.ts'

/** The payload of `discontinuity`. The skipped messages are those with `after < seq < before`. */
export interface Discontinuity {
  after: number
  before: number
}

interface InboxOptions {
  clock: Clock
  /** How long to wait for a missing message before it is requested. */
  holeWaitMs: number
  /** The most messages to fetch if the server's reply doesn't have all that were missed. */
  recoverLimit: number
  /** Requests a page once. Rejects with `disconnected` if there is no connection. */
  history: (range: { after: number; before?: number; limit: number }) => Promise<Reply<'getHistory'>>
  deliver: (message: MessageEvent) => void
  /** Called after a reconnect, when all missed messages have been delivered. */
  onRecovered: (count: number) => void
  onDiscontinuity: (discontinuity: Discontinuity) => void
  onError: (error: unknown) => void
}

/**
 * Delivers one room's messages once each and in the order of `seq`, whatever they come from: events, replies, `sync` or
 * history. If a number is missing, later messages are held until the missing one arrives. If history doesn't have it
 * either, it is a hole, a number that no message will ever have.
 */
export class Inbox {
  readonly #options: InboxOptions
  readonly #timer: Timer
  readonly #missing: GapRequest
  readonly #held = new Map<number, MessageEvent>()
  /** Every `seq` up to this one has been delivered or has no message. `undefined` before the first `start`. */
  #position: number | undefined
  /** The room is known to have messages up to this `seq`, which may never arrive as events. */
  #target = 0
  /** The head at the start. Its message may not have been stored yet; then it still arrives and must be delivered. */
  #mayStillCome: number | undefined
  /** The position before the missing message that the timer runs for. */
  #noticedAt = -1
  #draining = false
  /** How many messages were delivered since the recovery began; `undefined` if none is under way. */
  #recovered: number | undefined

  constructor(options: InboxOptions) {
    this.#options = options
    this.#timer = new Timer(options.clock)
    this.#missing = new GapRequest(
      () => this.#requestMissing(),
      (waitMs) => this.#drain(waitMs),
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

  /** Starts after `seq`, or with the first held message if that is earlier. Does nothing if the inbox has started. */
  start(seq: number): void {
    this.#position ??= Math.min(seq, this.#firstHeld() - 1)
    this.#drain()
  }

  /** Starts after the room's newest `seq`. If the message of that `seq` isn't stored yet, it is delivered later. */
  startAtHead(headSeq: number): void {
    if (this.#position === undefined) this.#mayStillCome = headSeq
    this.start(headSeq)
  }

  /** Takes over that the room has messages up to at least `seq`, and requests those that don't arrive. */
  expect(seq: number): void {
    this.#target = Math.max(this.#target, seq)
    this.#drain()
  }

  /**
   * Takes over the reply to `sync` or `joinRoom`. `resume` then requests the messages that the reply left out.
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
      // The room has another history than before, for example because the table was restored from a backup.
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

  /** Called when there is a connection: requests the messages that the last reply left out. */
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

  /** Delivers the held messages up to `seq`, whether or not numbers are missing, and those that directly follow. */
  #advance(seq: number): void {
    const due = [...this.#held.keys()].filter((held) => held <= seq).sort((a, b) => a - b)
    for (const next of due) this.#deliver(next)
    this.#position = Math.max(this.#position ?? 0, seq)
    this.#drain()
  }

  /** @param waitMs milliseconds to wait before what is missing is requested, besides `holeWaitMs` */
  #drain(waitMs = 0): void {
    // A listener may add a message synchronously. The loop that called the listener delivers it.
    if (this.#draining || this.#position === undefined) return
    while (this.#held.has(this.#position + 1)) this.#deliver(this.#position + 1)
    if (!this.#isBehind()) {
      this.#timer.stop()
      this.#noticedAt = -1
    } else if (this.#noticedAt !== this.#position && !this.#missing.isRunning) {
      this.#noticedAt = this.#position
      this.#timer.start(this.#options.holeWaitMs + waitMs, () => this.#fill())
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
      // A number that the page leaves out has no message. If `hasMore`, that is known up to the last message only.
      this.#advance(hasMore || toHead ? last : first - 1)
      this.#finishRecovery()
    }
  }
}
