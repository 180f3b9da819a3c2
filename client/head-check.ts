import { MAX_ROOMS_PAGE } from '../src/protocol/limits.ts'
import { Timer } from './clock.ts'
import { ChatError } from './errors.ts'
import { pages } from './pages.ts'
import type { RoomContext } from './room-context.ts'

/** The newest `seq` and `rev` of a room. An older server has no `headRev`. */
export type Heads = { headSeq: number; headRev?: number }

/**
 * Lists the user's rooms with their newest `seq` and `rev` from time to time. Usually a lost message is noticed by the
 * gap before the next one. This check finds a lost message that no other follows. It also finds rooms that the user has
 * left on another connection, because no event reports that to this one.
 */
export class HeadCheck {
  readonly #context: RoomContext
  readonly #onHeads: (heads: ReadonlyMap<string, Heads>) => void
  readonly #timer: Timer
  #running = false

  /** @param onHeads receives the numbers of each room of the user. A room joined a moment ago may be missing */
  constructor(context: RoomContext, onHeads: (heads: ReadonlyMap<string, Heads>) => void) {
    this.#context = context
    this.#onHeads = onHeads
    this.#timer = new Timer(context.options.clock)
  }

  /** Schedules the next check, in `checkIntervalMs`. */
  start(): void {
    this.#running = true
    const { checkIntervalMs, onError } = this.#context.options
    this.#timer.start(checkIntervalMs, () => {
      this.#check()
        .catch((error: unknown) => {
          // After a failed request, the next check or the next sync finds the same.
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
