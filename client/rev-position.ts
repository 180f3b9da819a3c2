import type { Reply } from '../src/protocol/actions.ts'
import type { ChangeEvent } from '../src/protocol/change-events.ts'
import { type Clock, Timer } from './clock.ts'
import { GapRequest } from './gap-request.ts'

interface Options {
  clock: Clock
  random: () => number
  /** Requests a page of the room's changes, once. Rejects with `disconnected` when there is no connection. */
  ask: (after: number) => Promise<Reply<'getChanges'>>
  /** Takes over changes, in whatever order and however often they come. */
  apply: (changes: readonly ChangeEvent[]) => void
  /** The room's log doesn't reach back to where this client was. */
  onStale: () => void
  onError: (error: unknown) => void
}

/** Nothing waits for a missing change, and a room's clients mustn't all ask at once: so 1 to 3 seconds. */
const WAIT_MS = 1_000
const SPREAD_MS = 2_000

/** What a reply says of the change log; a server of before says nothing. */
export type ChangeGap = Partial<Pick<Reply<'joinRoom'>, 'headRev' | 'changesRecovered' | 'changes'>>

/**
 * How far this client is in a room's change log. Changes are applied when they come, in any order, because each is the
 * state of something with its version; this counts them, and asks for those that are missing.
 */
export class RevPosition {
  readonly #options: Options
  readonly #timer: Timer
  readonly #missing: GapRequest
  /** Every change up to this one is accounted for. `undefined` before the first reply that tells. */
  #position: number | undefined
  /** Revs that came before their predecessors. */
  readonly #ahead = new Set<number>()
  /** The log is known to reach this far. */
  #target = 0
  #heardOf = 0
  #isWaiting = false

  constructor(options: Options) {
    this.#options = options
    this.#timer = new Timer(options.clock)
    this.#missing = new GapRequest(
      () => this.#requestMissing(),
      () => this.#advance(),
      options.onError,
    )
  }

  get position(): number | undefined {
    return this.#position
  }

  /** A change has come. */
  saw(rev: number): void {
    if (this.#position === undefined || rev > this.#position) this.#ahead.add(rev)
    this.#advance()
  }

  /** The log reaches this far at least. */
  expect(rev: number | undefined): void {
    this.#target = Math.max(this.#target, rev ?? 0)
    this.#advance()
  }

  /** The same of a huge room, whose clients mustn't all ask: it is asked when the room is looked at. */
  heardOf(rev: number): void {
    this.#heardOf = Math.max(this.#heardOf, rev)
  }

  /** The application does something with the room. */
  lookedAt(): void {
    if (this.#heardOf > 0) this.expect(this.#heardOf)
    this.#heardOf = 0
  }

  /** Goes on from here if it hasn't begun. */
  start(rev: number | undefined): void {
    if (rev !== undefined) this.#position ??= rev
    this.#advance()
  }

  /**
   * Takes over a reply to `sync` or `joinRoom`. `resume` asks for what the reply left out.
   *
   * @param claimed the rev that was sent with the request
   */
  recover({ headRev, changesRecovered, changes = [] }: ChangeGap, claimed: number | undefined): void {
    if (headRev === undefined) return this.reset()
    if (this.#position === undefined) return this.start(headRev)
    this.#options.apply(changes)
    if (claimed !== undefined && claimed > headRev) this.#lose(headRev)
    else if (changesRecovered && claimed !== undefined) this.#reach(headRev)
    else this.expect(headRev)
  }

  /** Asks for what is missing. */
  resume(): void {
    if (this.#isBehind) this.#fill()
  }

  /** Forgets everything, as if the room were new. */
  reset(): void {
    this.#stop()
    this.#ahead.clear()
    this.#position = undefined
    this.#target = this.#heardOf = 0
  }

  get #isBehind(): boolean {
    return this.#position !== undefined && (this.#ahead.size > 0 || this.#target > this.#position)
  }

  #stop(): void {
    this.#timer.stop()
    this.#isWaiting = false
  }

  #reach(rev: number): void {
    this.#position = Math.max(this.#position ?? 0, rev)
    this.#advance()
  }

  /** Another log than before, or one that begins later. */
  #lose(rev: number): void {
    this.#ahead.clear()
    this.#target = 0
    this.#position = rev
    this.#advance()
    this.#options.onStale()
  }

  #advance(): void {
    if (this.#position === undefined) return
    while (this.#ahead.delete(this.#position + 1)) this.#position++
    for (const rev of this.#ahead) if (rev <= this.#position) this.#ahead.delete(rev)
    if (!this.#isBehind) return this.#stop()
    if (this.#isWaiting || this.#missing.isRunning) return
    this.#isWaiting = true
    this.#timer.start(WAIT_MS + this.#options.random() * SPREAD_MS, () => this.#fill())
  }

  #fill(): void {
    if (this.#missing.isRunning) return
    this.#stop()
    this.#missing.start()
  }

  async #requestMissing(): Promise<void> {
    while (this.#isBehind) {
      const after = this.#position!
      const { changes, headRev, recovered, hasMore } = await this.#options.ask(after)
      if (this.#position === undefined) return
      this.#options.apply(changes)
      if (!recovered) return this.#lose(headRev)
      this.#reach(headRev)
      if (hasMore) continue
      // What the log doesn't have will not come: it was restored from a backup, say.
      this.#target = 0
      if (headRev <= after) this.#ahead.clear()
    }
  }
}
