import { MAX_ROOMS_PAGE } from '../src/protocol/limits.ts'
import { Timer } from './clock.ts'
import { ChatError } from './errors.ts'
import { pages } from './pages.ts'
import type { RoomContext } from './room-context.ts'

/** The newest numbers of a room. A server of before has no `headRev`. */
export type Heads = { headSeq: number; headRev?: number }

/**
 * Lists the user's rooms and the newest numbers of each from time to time. A message that never arrived is usually
 * noticed by the gap before the next one; this finds it when no other follows. It also finds rooms that the user has
 * left on another connection, because no event tells this one.
 */
export class HeadCheck {
  readonly #context: RoomContext
  readonly #onHeads: (heads: ReadonlyMap<string, Heads>) => void
  readonly #timer: Timer
  #running = false

  /** @param onHeads receives the newest numbers of each room of the user; one joined a moment ago may be missing */
  constructor(context: RoomContext, onHeads: (heads: ReadonlyMap<string, Heads>) => void) {
    this.#context = context
    this.#onHeads = onHeads
    this.#timer = new Timer(context.options.clock)
  }

  /** Starts the wait for the next check, `checkIntervalMs`. */
  start(): void {
    this.#running = true
    const { checkIntervalMs, onError } = this.#context.options
    this.#timer.start(checkIntervalMs, () => {
      this.#check()
        .catch((error: unknown) => {
          // The next check, or the next sync, makes up for a request that failed.
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
    const heads = new Map<string, Heads>()
    const ask = (cursor: object) => this.#context.once({ action: 'listRooms', limit: MAX_ROOMS_PAGE, ...cursor })
    for await (const { rooms } of pages(ask)) {
      for (const room of rooms) heads.set(room.chatRoomId, room)
    }
    this.#onHeads(heads)
  }
}
