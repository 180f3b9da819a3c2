import type { Reply } from '../src/protocol/actions.ts'
import type { ChangeEvent } from '../src/protocol/change-events.ts'
import { type Clock, Timer } from './clock.ts'
import { GapRequest } from './gap-request.ts'

interface Options {
  clock: Clock
  random: () => number
  /** Requests a page of the room's changes once. Rejects with `disconnected` if there is no connection. */
  ask: (after: number) => Promise<Reply<'getChanges'>>
  /** Applies changes, in any order; the same change may come more than once. */
  apply: (changes: readonly ChangeEvent[]) => void
  /** Called when the room's change log no longer reaches back to this client's position. */
  onStale: () => void
  onError: (error: unknown) => void
}

/**
 * A missing change is requested after `WAIT_MS` plus a random share of `SPREAD_MS`. There is no hurry, because no other
 * change waits for it, and the clients of a room must not all send requests at once.
 */
const WAIT_MS = 1_000
const SPREAD_MS = 2_000

/** The part of a reply that is about the change log. An older server leaves it out. */
export type ChangeGap = Partial<Pick<Reply<'joinRoom'>, 'headRev' | 'changesRecovered' | 'changes'>>

/**
 * Keeps this client's position in a room's change log. Changes are applied as they arrive, in any order, because each
 * has the new state and its version. This class counts the changes and requests those that are missing.
 */
export class RevPosition {
  readonly #options: Options
  readonly #timer: Timer
  readonly #missing: GapRequest
  /** All changes up to this rev are accounted for. `undefined` before the first reply that has a rev. */
  #position: number | undefined
  /** The revs that arrived before their predecessors. */
  readonly #ahead = new Set<number>()
  /** The log is known to reach at least this rev. */
  #target = 0
  #heardOf = 0
  #isWaiting = false

  constructor(options: Options) {
    this.#options = options
    this.#timer = new Timer(options.clock)
    this.#missing = new GapRequest(
      () => this.#requestMissing(),
      (waitMs) => this.#advance(waitMs),
      options.onError,
    )
  }

  get position(): number | undefined {
    return this.#position
  }

  /** Takes over that a change has arrived. */
  saw(rev: number): void {
    if (this.#position === undefined || rev > this.#position) this.#ahead.add(rev)
    this.#advance()
  }

  /** Takes over that the log reaches at least `rev`, and requests the changes that are missing. */
  expect(rev: number | undefined): void {
    this.#target = Math.max(this.#target, rev ?? 0)
    this.#advance()
  }

  /** As `expect`, for a huge room, whose clients must not all send requests: waits until the room is used. */
  heardOf(rev: number): void {
    this.#heardOf = Math.max(this.#heardOf, rev)
  }

  /** Called when the application uses the room: requests the changes that `heardOf` has reported. */
  lookedAt(): void {
    if (this.#heardOf > 0) this.expect(this.#heardOf)
    this.#heardOf = 0
  }

  /** Starts at `rev`, if there is no position yet. */
  start(rev: number | undefined): void {
    if (rev !== undefined) this.#position ??= rev
    this.#advance()
  }

  /**
   * Takes over the reply to `sync` or `joinRoom`. `resume` then requests the changes that the reply left out.
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

  /** Called when there is a connection: requests the changes that are missing. */
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

  /** Continues at `rev`, because the log is another one than before or no longer reaches back to the position. */
  #lose(rev: number): void {
    this.#ahead.clear()
    this.#target = 0
    this.#position = rev
    this.#advance()
    this.#options.onStale()
  }

  /** @param waitMs milliseconds to wait before what is missing is requested, besides the usual wait */
  #advance(waitMs = 0): void {
    if (this.#position === undefined) return
    while (this.#ahead.delete(this.#position + 1)) this.#position++
    for (const rev of this.#ahead) if (rev <= this.#position) this.#ahead.delete(rev)
    if (!this.#isBehind) return this.#stop()
    if (this.#isWaiting || this.#missing.isRunning) return
    this.#isWaiting = true
    this.#timer.start(waitMs + WAIT_MS + this.#options.random() * SPREAD_MS, () => this.#fill())
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
      // Changes that the log doesn't have will not arrive, for example because the table was restored from a backup.
      this.#target = 0
      if (headRev <= after) this.#ahead.clear()
    }
  }
}
