import { type Clock, Timer } from './clock.ts'

interface Pace {
  typingRepeatMs: number
  typingExpiryMs: number
}

/** Tells the room that this user types: at most once in 3 s, however fast the keys come. */
export class Typing {
  readonly #clock: Clock
  readonly #pace: () => Pace
  readonly #tell: (isTyping: boolean) => void
  #toldAt = -Infinity

  /** @internal */
  constructor(clock: Clock, pace: () => Pace, tell: (isTyping: boolean) => void) {
    this.#clock = clock
    this.#pace = pace
    this.#tell = tell
  }

  /** To be called at every key. */
  keystroke(): void {
    if (this.#clock.now() - this.#toldAt < this.#pace().typingRepeatMs) return
    this.#toldAt = this.#clock.now()
    this.#tell(true)
  }

  /** Takes it back, if it is still shown; without this it ends by itself after 8 s. */
  stop(): void {
    if (this.#clock.now() - this.#toldAt < this.#pace().typingExpiryMs) this.#tell(false)
    this.#toldAt = -Infinity
  }
}

/** Who is typing, each until their time is over. */
export class Typists {
  readonly #clock: Clock
  readonly #onChange: (userIds: string[]) => void
  readonly #timers = new Map<string, Timer>()

  constructor(clock: Clock, onChange: (userIds: string[]) => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

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
