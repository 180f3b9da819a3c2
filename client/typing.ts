import type { Reply } from '../src/protocol/actions.ts'
import type { Limits } from '../src/protocol/announced-limits.ts'
import { type Clock, elapsed, ticks, Timer } from './clock.ts'

type TypingLimits = Pick<Limits, 'typingRepeatMs' | 'typingExpiryMs'>

/** Sends a typing indicator to the server. `answered` is called with the reply, if one arrives. */
type Say = (isTyping: boolean, answered: (reply: Reply<'typingIndicator'>) => void) => void

/**
 * Shows the other members that this user is typing. `room.typing` returns it.
 *
 * The methods return at once and never throw. Without a connection nothing is sent. A lost indicator does no harm,
 * because it expires by itself. If the server postpones an indicator, it asks for a repetition, and the client sends
 * the indicator again unless it is outdated.
 *
 * @example
 * input.addEventListener('input', () => room.typing.keystroke())
 * input.addEventListener('blur', () => room.typing.stop())
 */
export class Typing {
  readonly #clock: Clock
  readonly #limits: () => TypingLimits
  readonly #say: Say
  readonly #again: Timer
  #said = 0
  #sentAt = -Infinity

  /** @internal */
  constructor(clock: Clock, limits: () => TypingLimits, say: Say) {
    this.#clock = clock
    this.#limits = limits
    this.#say = say
    this.#again = new Timer(clock)
  }

  /**
   * Reports a keystroke. Call it at every keystroke: the client sends at most one indicator per
   * `client.limits.typingRepeatMs` (7,000 ms). The other members see this user as typing for `typingExpiryMs`
   * (10,000 ms) after the last indicator, or until this user's next message.
   */
  keystroke(): void {
    if (elapsed(this.#clock, this.#sentAt) >= this.#limits().typingRepeatMs) this.#send(true)
  }

  /**
   * Withdraws the indicator, if the others may still see it. Call it when the user stops typing without sending.
   * Sending a message withdraws it too.
   */
  stop(): void {
    if (elapsed(this.#clock, this.#sentAt) < this.#limits().typingExpiryMs) this.#send(false)
    else this.ended()
  }

  /** Called when a message of this user has ended the indicator: the next keystroke sends a new one. @internal */
  ended(): void {
    this.#said++
    this.#again.stop()
    this.#sentAt = -Infinity
  }

  #send(isTyping: boolean): void {
    this.ended()
    if (isTyping) this.#sentAt = ticks(this.#clock)
    const said = this.#said
    this.#say(isTyping, ({ repeatAfterMs }) => {
      if (repeatAfterMs === undefined || said !== this.#said) return
      this.#again.start(repeatAfterMs, () => this.#send(isTyping))
    })
  }
}

/** The other users who are typing in a room now. Each is removed when their indicator expires. */
export class Typists {
  readonly #clock: Clock
  readonly #onChange: (userIds: string[]) => void
  readonly #timers = new Map<string, Timer>()
  /** The time of each user's last message, server time. */
  readonly #spoke = new Map<string, number>()

  /** @param onChange called when the list changes, with the ids of all who are typing, sorted */
  constructor(clock: Clock, onChange: (userIds: string[]) => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /**
   * Adds a user for the next `ms` milliseconds.
   *
   * @param began when the user sent the indicator, server time. It is ignored if they have sent a message since
   */
  add(userId: string, ms: number, began: number): void {
    if (began <= (this.#spoke.get(userId) ?? -Infinity)) return
    if (ms <= 0) return this.remove(userId)
    const known = this.#timers.get(userId)
    const timer = known ?? new Timer(this.#clock)
    this.#timers.set(userId, timer)
    timer.start(ms, () => this.remove(userId))
    if (!known) this.#changed()
  }

  /** Removes the sender of a message, and remembers its time, because an older indicator may arrive after it. */
  spoke(userId: string, at: number): void {
    this.#spoke.set(userId, Math.max(at, this.#spoke.get(userId) ?? 0))
    this.remove(userId)
  }

  remove(userId: string): void {
    this.#timers.get(userId)?.stop()
    if (this.#timers.delete(userId)) this.#changed()
  }

  clear(): void {
    this.#spoke.clear()
    for (const userId of [...this.#timers.keys()]) this.remove(userId)
  }

  #changed(): void {
    this.#onChange([...this.#timers.keys()].sort())
  }
}
