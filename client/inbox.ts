import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import { MAX_HISTORY_PAGE } from '../src/protocol/limits.ts'
import { type Clock, Timer } from './clock.ts'
import { ChatError } from './errors.ts'

/** Messages of a room that this client is not given: those after `after` and before `before`, both exclusive. */
export interface Discontinuity {
  after: number
  before: number
}

interface InboxOptions {
  clock: Clock
  /** How long a skipped message may still come by itself, ms. */
  holeWaitMs: number
  /** Messages fetched when the server couldn't give the gap. */
  recoverLimit: number
  /** Once; rejects with `disconnected` when there is no connection. */
  history: (range: { after: number; before?: number; limit: number }) => Promise<Reply<'getHistory'>>
  deliver: (message: MessageEvent) => void
  /** After a reconnect: nothing is missing any more. */
  onRecovered: (count: number) => void
  onDiscontinuity: (discontinuity: Discontinuity) => void
  onError: (error: unknown) => void
}

/**
 * One room's messages, from wherever they come (events, replies, sync, history), delivered each once and in the order of
 * `seq`. What skips a number is held until the missing one comes or history answers without it: then the hole is final.
 */
export class Inbox {
  readonly #options: InboxOptions
  readonly #timer: Timer
  readonly #held = new Map<number, MessageEvent>()
  /** Up to here everything has been delivered or is no message; nothing before the first `start`. */
  #position: number | undefined
  /** Up to here the room is known to have messages, though nobody sends them by themselves. */
  #target = 0
  /** A number given out when the inbox began: unlike what is older, its message is new to it. */
  #mayStillCome: number | undefined
  /** Where the hole is that the timer runs for. */
  #noticedAt = -1
  #filling = false
  #draining = false
  /** Messages delivered since the gap began to be filled. */
  #recovered: number | undefined

  constructor(options: InboxOptions) {
    this.#options = options
    this.#timer = new Timer(options.clock)
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

  /** Begins after `seq`, or with what has already come. Nothing if it has begun. */
  start(seq: number): void {
    this.#position ??= Math.min(seq, this.#firstHeld() - 1)
    this.#drain()
  }

  /** Begins after the room's newest number: if its message isn't written yet, it still comes and is new. */
  startAtHead(headSeq: number): void {
    if (this.#position === undefined) this.#mayStillCome = headSeq
    this.start(headSeq)
  }

  /** The room's messages go up to `seq` at least: asked for if they don't come. */
  expect(seq: number): void {
    this.#target = Math.max(this.#target, seq)
    this.#drain()
  }

  /**
   * What `sync` or `joinRoom` answered. What it left out is asked for by `resume`.
   *
   * @param claimed the position that the answer is about
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
    if (recovered) {
      for (const event of events) this.#hold(event)
      this.#advance(headSeq)
    } else if (claimed !== undefined && headSeq < claimed) {
      // Not the room that it was: a table restored from a backup, say.
      this.#held.clear()
      this.#skip(claimed, headSeq)
    } else {
      this.#target = headSeq
      const from = headSeq - this.#options.recoverLimit
      if (from > this.#position) this.#skip(this.#position, from)
    }
    this.#finishRecovery()
  }

  /** Asks for what the last answer has left out, now that there is a connection. */
  resume(): void {
    if (this.#position === undefined) return
    if (this.#recovered !== undefined) this.#fill()
    else this.#drain()
  }

  /** Forgets everything, as for a room never seen. */
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

  /** Delivers what is held up to `seq`, holes or not, and what follows without one. */
  #advance(seq: number): void {
    const due = [...this.#held.keys()].filter((held) => held <= seq).sort((a, b) => a - b)
    for (const next of due) this.#deliver(next)
    this.#position = Math.max(this.#position ?? 0, seq)
    this.#drain()
  }

  #drain(): void {
    // A listener that brings in a message, as a test's server may: the loop that called it goes on with it.
    if (this.#draining || this.#position === undefined) return
    while (this.#held.has(this.#position + 1)) this.#deliver(this.#position + 1)
    if (!this.#isBehind()) {
      this.#timer.stop()
      this.#noticedAt = -1
    } else if (this.#noticedAt !== this.#position && !this.#filling) {
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
    if (this.#filling) return
    this.#timer.stop()
    this.#noticedAt = -1
    this.#filling = true
    this.#askForAll()
      .then(
        () => true,
        (error: unknown) => {
          // The next sync brings what is missing. What isn't retryable won't come: not a member any more, say.
          if (error instanceof ChatError) return error.retryable && error.code !== 'disconnected'
          this.#options.onError(error)
          return false
        },
      )
      .then((goOn) => {
        this.#filling = false
        if (goOn) this.#drain()
      })
      .catch(this.#options.onError)
  }

  async #askForAll(): Promise<void> {
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
      // A number that the page passes over is no message; past its end, only what it was bounded by is known.
      this.#advance(hasMore || toHead ? last : first - 1)
      this.#finishRecovery()
    }
  }
}
