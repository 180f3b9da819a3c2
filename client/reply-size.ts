import type { Action } from '../src/protocol/actions.ts'
import { DEFAULT_HISTORY_PAGE, DEFAULT_ROOMS_PAGE, MAX_MESSAGE_BYTES } from '../src/protocol/limits.ts'
import type { RequestFrame } from './request-frame.ts'

/** This many halvings reduce a page of 100 messages to one message. */
const MOST_HALVINGS = 7
/** The time limit is multiplied by at most this number, because even a single message may be large. */
const LONGEST = 4

/** Only a reply of more characters shows how fast a large one would be, because a link may be fast at the beginning. */
const TELLING_CHARS = 16_000
/** A quick reply of more characters shows that a larger one would arrive in time. */
const FULL_CHARS = 4_000
/** This many quick replies in a row show the same, whatever their size. */
const MANY = 8

/** Actions whose replies are as large as the client lets them be. They tell about the link even if they are small. */
const paged = new Set<Action>(['sync', 'joinRoom', 'getRoom', 'listRooms', 'getHistory', 'getChanges', 'getMessages'])

/** Actions whose replies may fill a whole WebSocket message, 128 KB. */
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
 * Decides how much a client requests at once. On a slow link a large reply looks like a dead connection, because a
 * frame arrives only with its last byte. So after a reply that didn't arrive in time the client requests half as much
 * and waits twice as long. When replies arrive quickly, it requests more again.
 */
export class ReplySize {
  #halvings = 0
  /** How many replies in a row have arrived quickly. */
  #quick = 0

  /** Whether the client requests less than usual. Then it also sends only one large request at a time. */
  get isReduced(): boolean {
    return this.#halvings > 0
  }

  /** Returns the number of items to request: `usual`, or less on a slow link, but at least 1. */
  of(usual: number): number {
    return Math.max(1, Math.floor(usual / 2 ** this.#halvings))
  }

  /** Returns for how many rooms to request missed messages in one reply. On a very slow link it is 0. */
  gaps(rooms: number): number {
    return this.#halvings > 1 ? 0 : this.of(rooms)
  }

  /** Returns how long to wait for a reply, in milliseconds. */
  timeoutMs(usualMs: number): number {
    return usualMs * Math.min(LONGEST, 2 ** this.#halvings)
  }

  /** Takes over that a large reply did not arrive in time. */
  missed(): void {
    this.#halvings = Math.min(MOST_HALVINGS, this.#halvings + 1)
    this.#quick = 0
  }

  /**
   * Takes over that a reply of `chars` characters arrived after `ms` milliseconds. A small reply that isn't a page is
   * ignored: if it was late, it has waited for the server or behind other replies.
   *
   * @param hasMore whether the reply was as large as the request allowed. Only such a reply, if it was quick and isn't
   * small, shows that more would arrive in time
   * @param usualMs the usual time limit for a reply
   */
  arrived({ action, ms, chars, hasMore }: Arrival, usualMs: number): void {
    if (!paged.has(action) && chars <= FULL_CHARS) return
    if (ms > usualMs / 2) return this.missed()
    const fullMs = (ms * MAX_MESSAGE_BYTES) / chars
    if (chars > TELLING_CHARS && fullMs < usualMs / 2) this.#halvings = 0
    if (ms > usualMs / 8) return
    this.#quick++
    // A page of a few rooms arrives quickly even on the slowest link.
    const isFull = hasMore && chars > FULL_CHARS
    if (isFull || this.#quick % MANY === 0) this.#halvings = Math.max(0, this.#halvings - 1)
  }

  /** Returns the frame, changed to request less if the link is slow. */
  fitted(frame: RequestFrame<Action>): object {
    if (!this.isReduced) return frame
    if (frame.action === 'getHistory') return { ...frame, limit: this.of(frame.limit ?? DEFAULT_HISTORY_PAGE) }
    if (frame.action === 'listRooms') return { ...frame, limit: this.of(frame.limit ?? DEFAULT_ROOMS_PAGE) }
    // Without the positions the reply has no messages. The client then reads them page by page.
    if (frame.action === 'joinRoom') return { ...frame, lastSeq: undefined, lastRev: undefined }
    return frame
  }
}

/** Whether a reply says that there are further pages. */
export const saysMore = (data: { hasMore?: boolean; nextCursor?: string | undefined }): boolean =>
  data.hasMore === true || data.nextCursor !== undefined
