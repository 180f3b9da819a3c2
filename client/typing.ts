import type { Reply } from '../src/protocol/actions.ts'
import type { Limits } from '../src/protocol/announced-limits.ts'
import { type Clock, elapsed, ticks, Timer } from './clock.ts'

type TypingLimits = Pick<Limits, 'typingRepeatMs' | 'typingExpiryMs'>

/** Says it to the server. @param answered is called with the reply, if there is one */
type Say = (isTyping: boolean, answered: (reply: Reply<'typingIndicator'>) => void) => void

/**
 * Tells the other members that this user is typing. `room.typing` is one.
 *
 * Nothing is sent without a connection, and nothing ever rejects: a lost indicator expires by itself. What the server
 * has not told the others yet is said again when it asks for that, unless something else was said meanwhile.
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
   * Reports a keystroke: call it at every one. At most one indicator is sent per `client.limits.typingRepeatMs`
   * (7,000 ms); the others do nothing. The others see this user typing for `typingExpiryMs` (10,000 ms) after the last,
   * or until this user's next message.
   */
  keystroke(): void {
    if (elapsed(this.#clock, this.#sentAt) >= this.#limits().typingRepeatMs) this.#send(true)
  }

  /**
   * Takes the indicator back, if the others still see it. Call it when the user stops typing. It isn't needed before a
   * message is sent, because that ends the typing.
   */
  stop(): void {
    if (elapsed(this.#clock, this.#sentAt) < this.#limits().typingExpiryMs) this.#send(false)
    else this.ended()
  }

  /** @internal A message of this user has ended it for the others: the next keystroke is a beginning. */
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

/** The users who are typing in a room now, each until their indicator expires. */
export class Typists {
  readonly #clock: Clock
  readonly #onChange: (userIds: string[]) => void
  readonly #timers = new Map<string, Timer>()
  /** When each has sent a message last, by the server's clock. */
  readonly #spoke = new Map<string, number>()

  /** @param onChange receives all who are typing, in order of their ids, whenever that changes */
  constructor(clock: Clock, onChange: (userIds: string[]) => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /**
   * Adds a user for `ms`, from now on.
   *
   * @param began when they said so, by the server's clock: one who has sent since is not typing any more
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

  /** A message ends its sender's typing, and comes before what was told of it, perhaps. */
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
