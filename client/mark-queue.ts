import { MAX_MARKS, MAX_THREAD_MARKS } from '../src/protocol/limits.ts'
import { type Clock, ticks, Timer } from './clock.ts'
import type { RequestFrame } from './request-frame.ts'

/** A position to which the read marker of a room, or of a thread in it, is moved. */
export interface Mark {
  chatRoomId: string
  threadId?: string | undefined
  seq: number
}

/** Sends one frame at once. Resolves with `later` if it must be sent again. */
type SendMarks = (frame: Pick<RequestFrame<'markRead'>, 'reads' | 'threads'>) => Promise<'done' | 'later'>

/** How long to wait after a failure. A new connection sends at once. */
const RETRY_MS = 10_000

const keyOf = ({ chatRoomId, threadId }: Omit<Mark, 'seq'>): string => `${chatRoomId} ${threadId ?? ''}`

/**
 * The marks that wait to be sent. Keeps the greatest mark of each room and thread, and sends all of them in one frame
 * when the wait of one of them is over. Without a connection they wait for one.
 */
export class MarkQueue {
  readonly #clock: Clock
  readonly #send: SendMarks
  readonly #isOpen: () => boolean
  readonly #onError: (error: unknown) => void
  readonly #timer: Timer
  readonly #waiting = new Map<string, Mark>()
  readonly #onTheWay = new Map<string, Mark>()
  readonly #requests = new Set<Promise<void>>()
  #dueAt = Infinity

  /** @param isOpen whether there is a connection to a server that accepts marks */
  constructor(clock: Clock, send: SendMarks, isOpen: () => boolean, onError: (error: unknown) => void) {
    this.#clock = clock
    this.#send = send
    this.#isOpen = isOpen
    this.#onError = onError
    this.#timer = new Timer(clock)
  }

  /** Returns the position of a mark that waits or is being sent, or undefined if there is none. */
  seqOf(about: Omit<Mark, 'seq'>): number | undefined {
    const key = keyOf(about)
    return (this.#waiting.get(key) ?? this.#onTheWay.get(key))?.seq
  }

  /**
   * Adds a mark, unless a greater one waits or is being sent.
   *
   * @param waitMs how long the mark may wait for others
   */
  add(mark: Mark, waitMs: number): void {
    if ((this.seqOf(mark) ?? -1) >= mark.seq) return
    this.#waiting.set(keyOf(mark), mark)
    this.#schedule(waitMs)
  }

  /** Drops a mark that waits, and doesn't repeat one that is being sent. */
  drop(about: Omit<Mark, 'seq'>): void {
    this.#waiting.delete(keyOf(about))
    this.#onTheWay.delete(keyOf(about))
  }

  /** Sends the marks that wait at once. Resolves when no request is under way any more. */
  async flush(): Promise<void> {
    this.#timer.stop()
    this.#dueAt = Infinity
    while (this.#waiting.size > 0 && this.#isOpen()) this.#sendSome()
    await Promise.all(this.#requests)
  }

  #schedule(waitMs: number): void {
    const dueAt = ticks(this.#clock) + waitMs
    if (dueAt >= this.#dueAt) return
    this.#dueAt = dueAt
    this.#timer.start(waitMs, () => {
      this.flush().catch(this.#onError)
    })
  }

  #sendSome(): void {
    const all = [...this.#waiting.values()]
    const rooms = all.filter(({ threadId }) => threadId === undefined).slice(0, MAX_MARKS)
    const threads = all.filter(({ threadId }) => threadId !== undefined).slice(0, MAX_THREAD_MARKS)
    const marks = [...rooms, ...threads]
    for (const mark of marks) {
      this.#waiting.delete(keyOf(mark))
      this.#onTheWay.set(keyOf(mark), mark)
    }
    const request = this.#send({
      reads: Object.fromEntries(rooms.map(({ chatRoomId, seq }) => [chatRoomId, seq])),
      ...(threads.length > 0 && { threads: threads as (Mark & { threadId: string })[] }),
    })
      .then((outcome) => this.#done(marks, outcome))
      .finally(() => this.#requests.delete(request))
    this.#requests.add(request)
  }

  #done(marks: readonly Mark[], outcome: 'done' | 'later'): void {
    for (const mark of marks) {
      const key = keyOf(mark)
      if (this.#onTheWay.get(key) !== mark) continue
      this.#onTheWay.delete(key)
      if (outcome === 'later' && !this.#waiting.has(key)) this.#waiting.set(key, mark)
    }
    if (outcome === 'later') this.#schedule(RETRY_MS)
  }
}
