import type { Limits } from '../src/protocol/announced-limits.ts'
import { type Clock, elapsed, ticks, Timer } from './clock.ts'

type TypingLimits = Pick<Limits, 'typingRepeatMs' | 'typingExpiryMs'>

/**
 * Tells the other members that this user is typing. `room.typing` is one.
 *
 * Nothing is sent without a connection, and nothing ever rejects: a lost indicator expires by itself.
 *
 * @example
 * input.addEventListener('input', () => room.typing.keystroke())
 * input.addEventListener('blur', () => room.typing.stop())
 */
export class Typing {
  readonly #clock: Clock
  readonly #limits: () => TypingLimits
  readonly #send: (isTyping: boolean) => void
  #sentAt = -Infinity

  /** @internal */
  constructor(clock: Clock, limits: () => TypingLimits, send: (isTyping: boolean) => void) {
    this.#clock = clock
    this.#limits = limits
    this.#send = send
  }

  /**
   * Reports a keystroke: call it at every one. At most one indicator is sent per `client.limits.typingRepeatMs`
   * (3,000 ms); the others do nothing. The others see this user typing for `typingExpiryMs` (8,000 ms) after the last.
   */
  keystroke(): void {
    if (elapsed(this.#clock, this.#sentAt) < this.#limits().typingRepeatMs) return
    this.#sentAt = ticks(this.#clock)
    this.#send(true)
  }

  /** Takes the indicator back, if the others still see it. Call it when the user stops typing or sends the text. */
  stop(): void {
    if (elapsed(this.#clock, this.#sentAt) < this.#limits().typingExpiryMs) this.#send(false)
    this.#sentAt = -Infinity
  }
}

/** The users who are typing in a room now, each until their indicator expires. */
export class Typists {
  readonly #clock: Clock
  readonly #onChange: (userIds: string[]) => void
  readonly #timers = new Map<string, Timer>()

  /** @param onChange receives all who are typing, in order of their ids, whenever that changes */
  constructor(clock: Clock, onChange: (userIds: string[]) => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /** Adds a user for `ms`, from now on. */
  add(userId: string, ms: number): void {
    if (ms <= 0) return this.remove(userId)
    const known = this.#timers.get(userId)
    const timer = known ?? new Timer(this.#clock)
    this.#timers.set(userId, timer)
    timer.start(ms, () => this.remove(userId))
    if (!known) this.#changed()
  }

  remove(userId: string): void {
    this.#timers.get(userId)?.stop()
    if (this.#timers.delete(userId)) this.#changed()
  }

  clear(): void {
    for (const userId of [...this.#timers.keys()]) this.remove(userId)
  }

  #changed(): void {
    this.#onChange([...this.#timers.keys()].sort())
  }
}
