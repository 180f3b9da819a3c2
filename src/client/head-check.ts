import { MAX_ROOMS_PAGE } from '../protocol/limits.ts'
import { Timer } from './clock.ts'
import { ChatError } from './errors.ts'
import type { Session } from './session.ts'

/**
 * Compares the rooms' newest `seq` with the server's from time to time. A message whose post the gateway refused for
 * good is noticed by the one that follows it; this finds it when nothing follows.
 */
export class HeadCheck {
  readonly #session: Session
  readonly #onHead: (chatRoomId: string, headSeq: number) => void
  readonly #timer: Timer
  #running = false

  constructor(session: Session, onHead: (chatRoomId: string, headSeq: number) => void) {
    this.#session = session
    this.#onHead = onHead
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
    let cursor: string | undefined
    do {
      const page = await this.#session.once({
        ...{ action: 'listRooms', limit: MAX_ROOMS_PAGE },
        ...(cursor === undefined ? {} : { cursor }),
      })
      for (const { chatRoomId, headSeq } of page.rooms) this.#onHead(chatRoomId, headSeq)
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
}
