import { changeOf, changesSkipped, eventOf, statesOf } from '../changes/change-events.ts'
import type { ChangeRow } from '../entities/change.ts'
import { type FanOutTaskRow, putTasks } from '../entities/fan-out-task.ts'
import { getMessages } from '../entities/message.ts'
import { LAST_ID, type SubscriptionRange } from '../entities/subscription.ts'
import type { RoomEvent } from '../protocol/events.ts'
import { messageEventWithFile } from '../files/message-event.ts'
import type { Delivery } from './delivery.ts'

/** The number of hashes that a subscription's sort key can start with. */
const HASHES = 256

/**
 * A delivery as it is stored in a task: a message by its seq only, and a change by its entry in the log. The table has
 * the rest, and a task must not keep a content longer than the message exists.
 */
type StoredDelivery = Omit<Delivery, 'event' | 'only' | 'range'> & { event: number | ChangeRow | RoomEvent }

/**
 * Leaves the rest of a huge room to range tasks (AP31), each for about one page of subscriptions. How many are needed
 * follows from the share of the hashes that the first page covered. A task reads its own range to the end and never
 * makes tasks.
 */
export async function putRangeTasks(
  chatRoomId: string,
  rest: SubscriptionRange,
  deliveries: readonly Delivery[],
): Promise<void> {
  const stored = JSON.stringify(deliveries.map(storedDelivery))
  const tasks = rangesOf(rest.after).map((range) => ({ ...range, chatRoomId, deliveries: stored }))
  await putTasks(tasks, Date.now())
}

function storedDelivery({ event, exceptConnectionId, exceptUserId, toUsers }: Delivery): StoredDelivery {
  return {
    event: storedEvent(event, toUsers !== undefined),
    ...(exceptConnectionId === undefined ? {} : { exceptConnectionId }),
    ...(exceptUserId === undefined ? {} : { exceptUserId }),
  }
}

/**
 * Returns what a task stores of an event. A task cannot select users, so if only some may receive a change, the event
 * just says that there are changes to fetch.
 */
function storedEvent(event: RoomEvent, isForSome: boolean): StoredDelivery['event'] {
  if (event.event === 'message') return event.seq
  if (!('rev' in event) || event.event === 'changesSkipped') return event
  return isForSome ? changesSkipped(event) : changeOf(event)
}

/** Returns the share of a room's subscriptions up to a sort key, from 0 to 1. */
export const shareBefore = (after: string): number => (Number.parseInt(after.slice(0, 2), 16) + 1) / HASHES

/** Returns the share of a room's subscriptions in a range, from 0 to 1. */
export const shareOf = ({ after, through }: SubscriptionRange): number =>
  shareBefore(through) - shareBefore(after) + 1 / HASHES

/** Splits the subscriptions after a sort key into ranges of whole hashes, each as wide as the part before the key. */
export function rangesOf(after: string): SubscriptionRange[] {
  const first = Number.parseInt(after.slice(0, 2), 16)
  const width = first + 1
  const ranges: SubscriptionRange[] = []
  for (let start = first; start < HASHES; start += width) {
    const end = Math.min(start + width, HASHES) - 1
    ranges.push({ after: start === first ? after : `${hex(start - 1)}#${LAST_ID}`, through: hex(end) })
  }
  return ranges
}

const hex = (hash: number): string => hash.toString(16).padStart(2, '0')

/**
 * Returns the deliveries of a task, limited to its range. Messages and changes are read from the table again. Deleted
 * messages are left out, because another record reports the deletion.
 *
 * @throws Error when a message of the task is not in the table
 */
export async function deliveriesOfTask(task: FanOutTaskRow): Promise<Delivery[]> {
  const { chatRoomId, after, through } = task
  const stored = JSON.parse(task.deliveries) as StoredDelivery[]
  const seqs = stored.flatMap(({ event }) => (typeof event === 'number' ? [event] : []))
  const changes = stored.flatMap(({ event }) => (isChange(event) ? [event] : []))
  const [rows, states] = await Promise.all([getMessages(chatRoomId, seqs), statesOf(chatRoomId, changes)])
  const events = await Promise.all(rows.map(messageEventWithFile))
  const bySeq = new Map(events.map((event) => [event.seq, event]))
  return stored.flatMap(({ event: kept, ...except }) => {
    const event = typeof kept === 'number' ? bySeq.get(kept) : isChange(kept) ? eventOf(kept, states) : kept
    if (event === undefined && typeof kept === 'number') {
      throw new Error('unable to work the task; a message of it is not in the table')
    }
    const isGone = event === undefined || (event.event === 'message' && event.deleted !== undefined)
    return isGone ? [] : { ...except, event, range: { after, through } }
  })
}

const isChange = (event: StoredDelivery['event']): event is ChangeRow => typeof event === 'object' && 'what' in event
