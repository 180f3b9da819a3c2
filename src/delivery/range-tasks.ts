import { changeOf, changesSkipped, eventOf, statesOf } from '../changes/change-events.ts'
import type { ChangeRow } from '../entities/change.ts'
import { type FanOutTaskRow, putTasks } from '../entities/fan-out-task.ts'
import { getMessages } from '../entities/message.ts'
import { LAST_ID, type SubscriptionRange } from '../entities/subscription.ts'
import type { RoomEvent } from '../protocol/events.ts'
import { messageEventWithFile } from '../files/message-event.ts'
import type { Delivery } from './delivery.ts'

/** Hashes that a subscription's sort key can start with. */
const HASHES = 256

/**
 * A delivery as a task's item keeps it: a message by its seq alone, and a change by its entry in the log, because the
 * table has the rest, and the task's item must not outlive what it says.
 */
type StoredDelivery = Omit<Delivery, 'event' | 'only' | 'range'> & { event: number | ChangeRow | RoomEvent }

/**
 * Leaves the rest of a huge room to tasks (AP31), each for about one page of subscriptions. The first page shows how
 * many there must be: the share of the hashes that it covered. A task reads its own range to the end and never makes
 * tasks.
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

/** A task knows no users: where not all may receive a change, it says only that there is one to ask for. */
function storedEvent(event: RoomEvent, isForSome: boolean): StoredDelivery['event'] {
  if (event.event === 'message') return event.seq
  if (!('rev' in event) || event.event === 'changesSkipped') return event
  return isForSome ? changesSkipped(event) : changeOf(event)
}

/** Which share of a room's subscriptions is before a sort key, from 0 to 1. */
export const shareBefore = (after: string): number => (Number.parseInt(after.slice(0, 2), 16) + 1) / HASHES

/** Which share of a room's subscriptions is in a range, from 0 to 1. */
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
 * The deliveries of a task, to its range. Messages and changes are read from the table again: of what was deleted
 * meanwhile another record tells.
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
