import type { Action } from '../src/protocol/actions.ts'
import { DEFAULT_HISTORY_PAGE, DEFAULT_ROOMS_PAGE, MAX_MESSAGE_BYTES } from '../src/protocol/limits.ts'
import type { RequestFrame } from './request-frame.ts'

/** From a page of 100 messages to one message. */
const MOST_HALVINGS = 7
/** One message alone may be large, so a reply may take this many times as long in the end. */
const LONGEST = 4

/** The speed of a small reply says nothing of a large one: a link may begin fast. */
const TELLING_CHARS = 16_000
/** A reply of this size or more says by its quickness that more would fit. */
const FULL_CHARS = 4_000
/** So many quick small replies in a row do. */
const MANY = 8

/** They are asked for as much as fits, so that they are as large as a slow link lets them be, however small. */
const paged = new Set<Action>(['sync', 'joinRoom', 'getRoom', 'listRooms', 'getHistory', 'getChanges', 'getMessages'])

/** Their replies may fill a whole WebSocket message, 128 KB. */
const large = new Set<Action>([
  ...paged,
  ...(['searchMessages', 'getThreads', 'getUsers', 'getPresence', 'getOnline'] as const),
  ...(['listPublicRooms', 'listBans', 'getAudit'] as const),
])

/** Whether the reply to an action may be large. */
export const isLarge = (action: Action): boolean => large.has(action)

interface Arrival {
  action: Action
  ms: number
  chars: number
  hasMore: boolean
}

/**
 * How much a client asks for at once. On a slow link a large reply looks like a dead connection, because a frame counts
 * as heard when its last byte is there. So after a reply that didn't come in time the client asks for half, and waits
 * twice as long; when replies come quickly, it asks for more again.
 */
export class ReplySize {
  #halvings = 0
  /** Quick replies in a row. */
  #quick = 0

  /** Whether less is asked for than usual. Then there is also one large request at a time. */
  get isReduced(): boolean {
    return this.#halvings > 0
  }

  /** Returns `usual`, or the smaller number that fits; at least 1. */
  of(usual: number): number {
    return Math.max(1, Math.floor(usual / 2 ** this.#halvings))
  }

  /** Of how many rooms to ask for the missed messages, all in one reply: of some, and on a very slow link of none. */
  gaps(rooms: number): number {
    return this.#halvings > 1 ? 0 : this.of(rooms)
  }

  /** How long to wait for a reply. `usualMs` and the result are in ms. */
  timeoutMs(usualMs: number): number {
    return usualMs * Math.min(LONGEST, 2 ** this.#halvings)
  }

  /** A large reply did not come in time. */
  missed(): void {
    this.#halvings = Math.min(MOST_HALVINGS, this.#halvings + 1)
    this.#quick = 0
  }

  /**
   * A reply came after `ms`, and has `chars` characters. What has few says nothing of the link, unless it is of a page:
   * it waited for the server, or behind others.
   *
   * @param hasMore whether it was as large as was asked for: only then, and if it isn't small, a quick one says that
   * more would fit
   * @param usualMs the usual time for a reply, ms
   */
  arrived({ action, ms, chars, hasMore }: Arrival, usualMs: number): void {
    if (!paged.has(action) && chars <= FULL_CHARS) return
    if (ms > usualMs / 2) return this.missed()
    const fullMs = (ms * MAX_MESSAGE_BYTES) / chars
    if (chars > TELLING_CHARS && fullMs < usualMs / 2) this.#halvings = 0
    if (ms > usualMs / 8) return
    this.#quick++
    // A page of a few rooms comes quickly on the slowest link.
    const isFull = hasMore && chars > FULL_CHARS
    if (isFull || this.#quick % MANY === 0) this.#halvings = Math.max(0, this.#halvings - 1)
  }

  /** The frame as it is, or asking for less. */
  fitted(frame: RequestFrame<Action>): object {
    if (!this.isReduced) return frame
    if (frame.action === 'getHistory') return { ...frame, limit: this.of(frame.limit ?? DEFAULT_HISTORY_PAGE) }
    if (frame.action === 'listRooms') return { ...frame, limit: this.of(frame.limit ?? DEFAULT_ROOMS_PAGE) }
    // Without it the reply has no messages: they are paged.
    if (frame.action === 'joinRoom') return { ...frame, lastSeq: undefined, lastRev: undefined }
    return frame
  }
}

/** Whether a reply says that there is more than it has. */
export const saysMore = (data: { hasMore?: boolean; nextCursor?: string | undefined }): boolean =>
  data.hasMore === true || data.nextCursor !== undefined
