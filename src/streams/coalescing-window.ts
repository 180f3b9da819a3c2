import { optional, wholeNumber } from '../env.ts'
import { batchBudget } from '../delivery/batch-budget.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { groupBy } from '../delivery/group-by.ts'

/** The settings `stream.window` of `terraform/stack.json`. */
export interface WindowSettings {
  /** The least time that an invocation under pressure lasts, in milliseconds; 0 turns the window off. */
  milliseconds: number
  /** A shard is under pressure when one of its rooms receives at least this many events within a second. */
  fromEventsPerSecond: number
}

/** Reads the function's settings. Without them there is no window. */
export const windowOf = (): WindowSettings => ({
  milliseconds: optional('STREAM_WINDOW_MS', wholeNumber({ from: 0, to: 30_000 })) ?? 0,
  fromEventsPerSecond: optional('STREAM_WINDOW_FROM_EVENTS_PER_SECOND', wholeNumber({ from: 0 })) ?? 0,
})

const SECOND_MS = 1_000

/**
 * How many events of about 300 bytes fill a frame. A batch with that many for one room shows a backlog, so there is no
 * wait.
 */
const FULL_EVENTS = 100

/**
 * From this many users who react to one message in a batch, the next batch comes a second later, so that the message's
 * summary is written once for all. Users are counted, because one user alone must not hold up the others.
 */
const MANY_REACTORS = 20
const REACTIONS_MS = 1_000

/** Limited, because the shard's other rooms wait as well. */
const MAX_CROWD_MS = 2_000

/** This many reactions show a backlog, so there is no wait. */
const FULL_REACTIONS = 300

/** What a batch has posted, as far as the window needs it. */
export interface Posted {
  /** When its invocation began, in epoch milliseconds. */
  startedAt: number
  /** Number of events by room. */
  events: ReadonlyMap<string, number>
  /** How many reactions the batch added or removed. */
  reactions: number
  /** How many users have done so for one message, at most. */
  reactors: number
  /** Recipients in the largest room that the batch posted to. */
  recipients: number
}

type More = Omit<Posted, 'startedAt' | 'events'>

/**
 * Makes batches larger under pressure, so that more events share a post.
 *
 * Waiting before the posts would gain nothing, because a batch does not grow. But Lambda invokes the function with a
 * shard's next batch only after this invocation has ended. So an invocation that waits after its posts makes the next
 * batch larger, and delays none of its own events. It waits until `milliseconds` after its start, and only while a room
 * of the shard is busy: after a quiet second, events are posted at once.
 *
 * In the same way, a storm of reactions becomes few summaries, and so few events. That wait is longer, but only while
 * no room is busy with messages, because otherwise the shorter wait applies.
 *
 * A crowded room gets its next batch only when its posts fit into the account's limit: after a batch to 10,000
 * recipients the next one begins 1.25 s later, and each recipient gets all the new events in one post.
 */
export class CoalescingWindow {
  readonly #window: WindowSettings
  #recent: Posted[] = []

  constructor(window: WindowSettings) {
    this.#window = window
  }

  /**
   * Resolves when the invocation may end.
   *
   * @param startedAt when the invocation began, in epoch milliseconds
   * @param deliveries the deliveries that it posted
   * @param more what else the window needs to know of the batch
   */
  async hold(startedAt: number, deliveries: readonly Delivery[], more: Partial<More> = {}): Promise<void> {
    const none = { reactions: 0, reactors: 0, recipients: 0 }
    const lastsMs = this.lastsMs({ startedAt, events: eventsByRoom(deliveries), ...none, ...more })
    const holdMs = startedAt + lastsMs - Date.now()
    if (holdMs <= 0) return
    await new Promise((resolve) => setTimeout(resolve, holdMs))
  }

  /** Returns how long an invocation must last from its start, in milliseconds. Call it once for each batch. */
  lastsMs(batch: Posted): number {
    this.#recent = [...this.#recent.filter((one) => one.startedAt > batch.startedAt - SECOND_MS), batch]
    const isBacklog = Math.max(0, ...batch.events.values()) >= FULL_EVENTS
    return Math.max(isBacklog ? 0 : this.#waitMs(batch), this.#crowdMs(batch.recipients))
  }

  #waitMs({ reactions, reactors }: Posted): number {
    const { milliseconds } = this.#window
    if (this.#isUnderPressure()) return milliseconds
    return milliseconds > 0 && reactors >= MANY_REACTORS && reactions < FULL_REACTIONS ? REACTIONS_MS : 0
  }

  #crowdMs(recipients: number): number {
    if (this.#window.milliseconds === 0) return 0
    return Math.min(MAX_CROWD_MS, (recipients / batchBudget.roomPosts) * SECOND_MS)
  }

  #isUnderPressure(): boolean {
    const sums = new Map<string, number>()
    for (const { events } of this.#recent) {
      for (const [chatRoomId, count] of events) sums.set(chatRoomId, (sums.get(chatRoomId) ?? 0) + count)
    }
    return Math.max(0, ...sums.values()) >= this.#window.fromEventsPerSecond
  }
}

/** Counts the events that go to whole rooms. The events of a task were counted in the batch that made the task. */
function eventsByRoom(deliveries: readonly Delivery[]): ReadonlyMap<string, number> {
  const toRooms = deliveries.filter(({ only, range }) => only === undefined && range === undefined)
  const rooms = groupBy(toRooms, ({ event }) => event.chatRoomId)
  return new Map([...rooms].map(([chatRoomId, events]) => [chatRoomId, events.length]))
}
