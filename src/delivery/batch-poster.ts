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

/** Trace ids in one line of the log. */
const MAX_TRACES = 10

/** Shared by all batches of this process. */
const laggards = new Laggards()

/**
 * Posts the events of one batch, at most 256 posts at once, and counts the outcomes in `report`. A failed post harms no
 * other recipient. A 410 deletes exactly that connection, and the events follow its session to the next connection. A
 * 429, a 5xx and a timeout delete no connection.
 *
 * Posts to a large room are spread over time, see `batchBudget`. Rooms share the 256 places evenly. Each of n rooms
 * keeps at least ⌊256 / n⌋ places while it has recipients waiting, so a room waits only for its own recipients. If
 * there are more than 256 rooms, a room waits for its first place at most ⌊n / 256⌋ times the 4.5 s that a recipient
 * may take. The laggards of all rooms share one queue.
 */
export class BatchPoster {
  readonly #post: PostFrame
  readonly #report: FanOutReport
  readonly #packer = new FramePacker()
  /** Epoch milliseconds. */
  readonly #retryUntil: number
  readonly #postUntil: number
  readonly #places: number
  #laggardsLeft: number

  /**
   * @param startedAt when the batch began, in epoch milliseconds
   * @param share which share of the places is its own
   */
  constructor(post: PostFrame, report: FanOutReport, startedAt: number, share: number) {
    this.#places = Math.floor(CONCURRENCY * share)
    this.#laggardsLeft = Math.floor(batchBudget.laggards * share)
    this.#post = post
    this.#report = report
    this.#retryUntil = startedAt + batchBudget.retryMs
    this.#postUntil = startedAt + batchBudget.postsMs
  }

  /**
   * Posts all events; never rejects because of a recipient.
   *
   * @param eventsOf the events by the connection that receives them
   * @param paces posts per second, for large rooms only
   */
  async postAll(eventsOf: ReadonlyMap<string, RecipientEvents>, paces: ReadonlyMap<string, number>): Promise<void> {
    const pace = new RoomPace(paces)
    await forEachFairly(queuesOf(eventsOf.values()), this.#places, async (entry) => {
      const pacedMs = await pace.turn(entry.inbox.chatRoomIds)
      await this.#postTo(entry, pacedMs)
    })
  }

  /** @param pacedMs how long the pace has held this post back; the time for retries is extended by it */
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
      // After a failed frame, the next one would arrive with a gap before it. The client fetches both at once instead.
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

  /** Posts to the connection that the session has moved to, if any. It may have moved after the room was read. */
  async #follow({ recipient, inbox }: RecipientEvents): Promise<void> {
    try {
      const next = await currentConnection(recipient)
      if (next !== undefined) await this.#postTo({ recipient: next, inbox })
    } catch (error) {
      this.#report.errors.push({ connectionId: recipient.connectionId, outcome: 'gone', error })
    }
  }

  /**
   * Deletes the connection, which makes the stream function end its session, and the subscriptions that named it here.
   * A subscription that the session's next connection has overwritten stays.
   */
  async #deleteGone({ connectionId, place }: Recipient, chatRoomIds: readonly string[]): Promise<void> {
    const deletions = await Promise.allSettled([
      deleteConnection(connectionId),
      ...chatRoomIds.map((chatRoomId) => unsubscribe({ chatRoomId, place }, { connectionId })),
    ])
    // If a deletion failed, the 410 of the next post, or TTL, deletes the row.
    for (const deletion of deletions) {
      if (deletion.status === 'rejected') {
        this.#report.errors.push({ connectionId, outcome: 'gone', error: deletion.reason })
      }
    }
  }
}

/** Returns the trace ids of the messages that a recipient was to receive, at most as many as a log line needs. */
const traceIdsOf = (events: readonly RoomEvent[]): string[] =>
  [...new Set(events.flatMap((event) => traceOf(event) ?? []))].slice(0, MAX_TRACES)

/** Returns the connection that the session has moved to; undefined if it has not moved. AP3. */
async function currentConnection({ userId, place, connectionId }: Recipient): Promise<Recipient | undefined> {
  if (isOwnPlace(place, connectionId)) return undefined
  const sessions = await sessionsOfUser(userId, Date.now())
  return sessions.map(recipientOf).find((one) => one.place === place && one.connectionId !== connectionId)
}

/** Returns a queue for each room, and one for the laggards. A recipient in several rooms is in the queue of each. */
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
