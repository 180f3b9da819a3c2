import { MAX_MARKS, MAX_THREAD_MARKS } from '../src/protocol/limits.ts'
import { type Clock, ticks, Timer } from './clock.ts'
import type { RequestFrame } from './request-frame.ts'

/** A marker that is to be moved, of a room or of a thread in it. */
export interface Mark {
  chatRoomId: string
  threadId?: string | undefined
  seq: number
}

/** Sends one frame, at once; `later` when it must be sent again. */
type SendMarks = (frame: Pick<RequestFrame<'markRead'>, 'reads' | 'threads'>) => Promise<'done' | 'later'>

/** After a failure. A new connection sends at once. */
const RETRY_MS = 10_000

const keyOf = ({ chatRoomId, threadId }: Omit<Mark, 'seq'>): string => `${chatRoomId} ${threadId ?? ''}`

/**
 * Markers that wait to be sent: of each the greatest, all in one frame, and no sooner than the room's `readEveryMs`
 * after the first. Without a connection they wait for one.
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

  /** @param isOpen whether there is a connection to a server that takes marks */
  constructor(clock: Clock, send: SendMarks, isOpen: () => boolean, onError: (error: unknown) => void) {
    this.#clock = clock
    this.#send = send
    this.#isOpen = isOpen
    this.#onError = onError
    this.#timer = new Timer(clock)
  }

  /** Where a marker will be, as far as it waits or is on its way. */
  seqOf(about: Omit<Mark, 'seq'>): number | undefined {
    const key = keyOf(about)
    return (this.#waiting.get(key) ?? this.#onTheWay.get(key))?.seq
  }

  /** @param waitMs how long it may wait for others */
  add(mark: Mark, waitMs: number): void {
    if ((this.seqOf(mark) ?? -1) >= mark.seq) return
    this.#waiting.set(keyOf(mark), mark)
    this.#schedule(waitMs)
  }

  /** What waits isn't sent, and what is on its way isn't sent again. */
  drop(about: Omit<Mark, 'seq'>): void {
    this.#waiting.delete(keyOf(about))
    this.#onTheWay.delete(keyOf(about))
  }

  /** Sends what waits, now. Resolves when nothing is on its way any more. */
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
