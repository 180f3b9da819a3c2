import { deleteConnection } from '../entities/connection.ts'
import { sessionsOfUser } from '../entities/session.ts'
import { isOwnPlace, type Recipient, recipientOf, unsubscribe } from '../entities/subscription.ts'
import { traceOf } from '../files/message-event.ts'
import type { RoomEvent } from '../protocol/events.ts'
import type { RecipientEvents } from './audience.ts'
import { batchBudget } from './batch-budget.ts'
import type { FanOutReport } from './delivery.ts'
import { forEachFairly } from './for-each-fairly.ts'
import { type Frame, FramePacker } from './frame-packer.ts'
import { Laggards } from './laggards.ts'
import { CONCURRENCY, type PostFrame, type PostOutcome } from './posting/post-frame.ts'
import { postWithRetry } from './posting/post-with-retry.ts'
import { RoomPace } from './room-pace.ts'

const MAX_TRACES = 10

/** Of all batches of this process. */
const laggards = new Laggards()

/**
 * Posts the events of one batch, at most 256 posts at once, and counts in `report` what became of them. A failed post
 * harms no other recipient. A 410 deletes exactly that connection, and follows its session to the next one; a 429, a
 * 5xx and a timeout delete nothing.
 *
 * A large room is posted to at its pace, see `batchBudget`. Rooms share the 256 places evenly. Each of n rooms keeps at
 * least ⌊256 / n⌋ while recipients of it wait, so a room waits only for its own recipients. If there are more than 256
 * rooms, one waits for its first place at most ⌊n / 256⌋ times the 4.5 s that a recipient may take. The laggards of all
 * rooms share one queue.
 */
export class BatchPoster {
  readonly #post: PostFrame
  readonly #report: FanOutReport
  readonly #packer = new FramePacker()
  /** Epoch milliseconds. */
  readonly #retryUntil: number
  readonly #postUntil: number
  #laggardsLeft = batchBudget.laggards

  /** @param startedAt when the batch began, in epoch milliseconds */
  constructor(post: PostFrame, report: FanOutReport, startedAt: number) {
    this.#post = post
    this.#report = report
    this.#retryUntil = startedAt + batchBudget.retryMs
    this.#postUntil = startedAt + batchBudget.postsMs
  }

  /**
   * @param eventsOf the events by the connection that receives them
   * @param paces posts a second of the rooms that are large
   */
  async postAll(eventsOf: ReadonlyMap<string, RecipientEvents>, paces: ReadonlyMap<string, number>): Promise<void> {
    const pace = new RoomPace(paces)
    await forEachFairly(queuesOf(eventsOf.values()), CONCURRENCY, async (entry) => {
      const pacedMs = await pace.turn(entry.inbox.chatRoomIds)
      await this.#postTo(entry, pacedMs)
    })
  }

  /** @param pacedMs how long the pace has held this post back, which takes nothing of the time for retries */
  async #postTo({ recipient, inbox }: RecipientEvents, pacedMs = 0): Promise<void> {
    const { connectionId } = recipient
    const startedAt = Date.now()
    const late = laggards.has(connectionId)
    if (late && this.#laggardsLeft-- <= 0) {
      this.#report.skipped++
      return
    }
    const cutOff = startedAt + batchBudget.recipientMs
    const retryUntil = late ? startedAt : Math.min(cutOff, this.#retryUntil + pacedMs, this.#postUntil)
    for (const frame of this.#packer.frames(inbox.events)) {
      const { outcome, error } = await this.#postFrame(connectionId, frame, cutOff, retryUntil)
      this.#report.posts[outcome]++
      // A frame after one that failed would arrive with a gap before it; the client asks for both at once.
      if (outcome !== 'delivered') {
        this.#report.errors.push({ connectionId, outcome, error, traceIds: traceIdsOf(inbox.events) })
        await this.#failed(recipient, inbox.chatRoomIds, outcome)
        return outcome === 'gone' ? this.#follow({ recipient, inbox }) : undefined
      }
      this.#report.eventsDelivered += frame.events
      if (frame.oldest !== undefined) this.#report.latencies.push(Math.max(0, Date.now() - frame.oldest))
    }
    laggards.delete(connectionId)
  }

  async #postFrame(connectionId: string, { bytes }: Frame, cutOff: number, retryUntil: number) {
    if (Date.now() > Math.min(cutOff, this.#postUntil)) {
      const error = new Error('unable to post; the recipient or the batch has taken too long')
      return { outcome: 'slow' as const, error }
    }
    return postWithRetry(this.#post, connectionId, bytes, retryUntil)
  }

  async #failed(recipient: Recipient, chatRoomIds: readonly string[], outcome: PostOutcome): Promise<void> {
    const { connectionId } = recipient
    if (outcome === 'slow' && Date.now() <= this.#postUntil) laggards.add(connectionId)
    if (outcome === 'gone') await this.#deleteGone(recipient, chatRoomIds)
  }

  /** Posts to the connection that the session has moved to, if it has: it may have done so after the room was read. */
  async #follow({ recipient, inbox }: RecipientEvents): Promise<void> {
    try {
      const next = await currentConnection(recipient)
      if (next !== undefined) await this.#postTo({ recipient: next, inbox })
    } catch (error) {
      this.#report.errors.push({ connectionId: recipient.connectionId, outcome: 'gone', error })
    }
  }

  /**
   * Deletes the connection, which makes the stream end its session, and the subscriptions that named it here. One that
   * the session's next connection has overwritten meanwhile stays.
   */
  async #deleteGone({ connectionId, place }: Recipient, chatRoomIds: readonly string[]): Promise<void> {
    const deletions = await Promise.allSettled([
      deleteConnection(connectionId),
      ...chatRoomIds.map((chatRoomId) => unsubscribe({ chatRoomId, place }, { connectionId })),
    ])
    // A deletion that failed is made up for by the next post's 410, or by TTL.
    for (const deletion of deletions) {
      if (deletion.status === 'rejected') {
        this.#report.errors.push({ connectionId, outcome: 'gone', error: deletion.reason })
      }
    }
  }
}

/** Of the frames whose messages a recipient was to receive: as many as a log line needs. */
const traceIdsOf = (events: readonly RoomEvent[]): string[] =>
  [...new Set(events.flatMap((event) => traceOf(event) ?? []))].slice(0, MAX_TRACES)

/** Where the session of a subscription is now, when that is another connection. AP3. */
async function currentConnection({ userId, place, connectionId }: Recipient): Promise<Recipient | undefined> {
  if (isOwnPlace(place, connectionId)) return undefined
  const sessions = await sessionsOfUser(userId, Date.now())
  return sessions.map(recipientOf).find((one) => one.place === place && one.connectionId !== connectionId)
}

/** The recipients of each room, and the laggards of all rooms. A recipient in several rooms is in the queue of each. */
function queuesOf(entries: Iterable<RecipientEvents>): Iterable<readonly RecipientEvents[]> {
  const queues = new Map<string, RecipientEvents[]>()
  const late: RecipientEvents[] = []
  for (const entry of entries) {
    if (laggards.has(entry.recipient.connectionId)) {
      late.push(entry)
      continue
    }
    for (const chatRoomId of entry.inbox.chatRoomIds) {
      const queue = queues.get(chatRoomId)
      if (queue) queue.push(entry)
      else queues.set(chatRoomId, [entry])
    }
  }
  return [...queues.values(), late]
}
