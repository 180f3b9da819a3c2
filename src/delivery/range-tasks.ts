import { type FanOutTaskRow, putTasks } from '../entities/fan-out-task.ts'
import { getMessages } from '../entities/message.ts'
import { LAST_ID, type SubscriptionRange } from '../entities/subscription.ts'
import type { ChatEvent } from '../protocol/events.ts'
import { messageEventWithFile } from '../files/message-event.ts'
import type { Delivery } from './delivery.ts'

/** Hashes that a subscription's sort key can start with. */
const HASHES = 256

/** A delivery as a task carries it: a message by its seq, for the table has the rest. */
interface Errand {
  event: number | ChatEvent
  exceptConnectionId?: string
  exceptUserId?: string
}

/**
 * Leaves the rest of a huge room to tasks (AP31), one for about a page of subscriptions: how many is told by the share of
 * the hashes that the first page took. A task reads its own range to the end and never makes tasks.
 */
export async function delegate(part: {
  chatRoomId: string
  range: SubscriptionRange
  deliveries: readonly Delivery[]
}): Promise<void> {
  const { chatRoomId, range } = part
  const deliveries = JSON.stringify(part.deliveries.map(errandOf))
  const tasks = rangesOf(range.after).map((one) => ({ ...one, chatRoomId, deliveries }))
  await putTasks(tasks, Date.now())
}

function errandOf({ event, exceptConnectionId, exceptUserId }: Delivery): Errand {
  return {
    event: event.event === 'message' ? event.seq : event,
    ...(exceptConnectionId === undefined ? {} : { exceptConnectionId }),
    ...(exceptUserId === undefined ? {} : { exceptUserId }),
  }
}

/** Splits what follows a sort key into ranges of whole hashes, each as wide as what came up to it. */
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

/** What a task is to tell in its range. Messages are read again: a task's item would be too small for a batch of them. */
export async function errandsOf(task: FanOutTaskRow): Promise<Omit<Delivery, 'sequenceNumber'>[]> {
  const { chatRoomId, after, through } = task
  const errands = JSON.parse(task.deliveries) as Errand[]
  const seqs = errands.flatMap(({ event }) => (typeof event === 'number' ? [event] : []))
  const messages = new Map((await getMessages(chatRoomId, seqs)).map((message) => [message.messageId, message]))
  const events = await Promise.all([...messages.values()].map(messageEventWithFile))
  const bySeq = new Map(events.map((event) => [event.seq, event]))
  return errands.map(({ event, ...except }) => {
    const told = typeof event === 'number' ? bySeq.get(event) : event
    if (told === undefined) throw new Error('unable to work the task; a message of it is not in the table')
    return { ...except, event: told, range: { after, through } }
  })
}
