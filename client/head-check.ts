import { MAX_ROOMS_PAGE } from '../src/protocol/limits.ts'
import { Timer } from './clock.ts'
import { ChatError } from './errors.ts'
import type { Session } from './session.ts'

/**
 * Asks from time to time which rooms this user is in and how far they are. A message whose post the gateway refused for
 * good is noticed by the one that follows it; this finds it when nothing follows. And nobody tells this connection of a
 * room that the user has left on another one.
 */
export class HeadCheck {
  readonly #session: Session
  readonly #onHeads: (heads: ReadonlyMap<string, number>) => void
  readonly #timer: Timer
  #running = false

  /** @param onHeads the newest `seq` of each of the user's rooms; one joined a moment ago may be missing */
  constructor(session: Session, onHeads: (heads: ReadonlyMap<string, number>) => void) {
    this.#session = session
    this.#onHeads = onHeads
    this.#timer = new Timer(session.settings.clock)
  }

  /** Begins the wait for the next check. */
  start(): void {
    this.#running = true
    const { checkIntervalMs, onError } = this.#session.settings
    this.#timer.start(checkIntervalMs, () => {
      this.#check()
        .catch((error: unknown) => {
          // The next check, or the next sync, makes up for it.
          if (!(error instanceof ChatError)) onError(error)
        })
        .finally(() => {
          if (this.#running) this.start()
        })
        .catch(onError)
    })
  }

  stop(): void {
    this.#running = false
    this.#timer.stop()
  }

  async #check(): Promise<void> {
    const heads = new Map<string, number>()
    let cursor: string | undefined
    do {
      const page = await this.#session.once({
        ...{ action: 'listRooms', limit: MAX_ROOMS_PAGE },
        ...(cursor === undefined ? {} : { cursor }),
      })
      for (const { chatRoomId, headSeq } of page.rooms) heads.set(chatRoomId, headSeq)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    this.#onHeads(heads)
  }
}
