import { type SubscriptionRange, subscriptionsOfRoom } from '../entities/subscription.ts'
import type { ChatEvent } from '../protocol/events.ts'
import type { Delivery, FanOutReport, Recipient } from './delivery.ts'
import { forEachLimited } from './for-each-limited.ts'
import { groupBy } from './group-by.ts'
import { inOrder } from './in-order.ts'
import { CONCURRENCY } from './posting/post-frame.ts'
import { putRangeTasks } from './range-tasks.ts'

/** One room, or one range of its subscriptions, and a batch's deliveries to it. */
export interface Audience {
  chatRoomId: string
  range?: SubscriptionRange
  deliveries: readonly Delivery[]
}

/**
 * The events that one connection receives, by room. A message that comes in two ways in one batch (by its own record,
 * and among those that a new member missed) is there once, because its key is its seq.
 */
export type PerRoomEvents = Map<string, Map<number | ChatEvent, ChatEvent>>

/** Groups a batch's deliveries by room and range, messages in seq order. */
export function audiencesOf(deliveries: readonly Delivery[]): Audience[] {
  const groups = groupBy(inOrder(deliveries), ({ event, range }) => `${event.chatRoomId} ${range?.after ?? ''}`)
  return [...groups.values()].map((deliveries) => {
    const [{ event, range }] = deliveries as [Delivery]
    return { chatRoomId: event.chatRoomId, deliveries, ...(range === undefined ? {} : { range }) }
  })
}

/** Orders ranges so that each room has one before any room has its second, and so on. */
export function inTurns(ranges: readonly Audience[]): Audience[] {
  const turns = [...groupBy(ranges, ({ chatRoomId }) => chatRoomId).values()].flatMap((ofRoom) =>
    ofRoom.map((range, turn) => ({ range, turn })),
  )
  return turns.toSorted((a, b) => a.turn - b.turn).map(({ range }) => range)
}

/**
 * Reads one page of subscriptions of each audience. Returns the events by the connection that receives them, and the
 * rest of each range. The rest of a room becomes tasks. An audience that can't be read is reported as `unread`.
 */
export async function readRecipients(
  audiences: readonly Audience[],
  { unread }: FanOutReport,
): Promise<{ eventsOf: Map<string, PerRoomEvents>; unfinished: Audience[] }> {
  const eventsOf = new Map<string, PerRoomEvents>()
  const unfinished: Audience[] = []
  await forEachLimited(audiences, CONCURRENCY, async (audience) => {
    const { chatRoomId, range, deliveries } = audience
    try {
      const rest = await readPage(audience, eventsOf)
      if (rest === undefined) return
      // Deliveries to single connections are done with the first page.
      const toRoom = deliveries.filter(isToRoom)
      if (range === undefined) await putRangeTasks(chatRoomId, rest, toRoom)
      else unfinished.push({ chatRoomId, range: rest, deliveries: toRoom })
    } catch (error) {
      unread.push({ chatRoomId, deliveries, error })
    }
  })
  return { eventsOf, unfinished }
}

/** Adds the events of an audience to the recipients in its next page. Returns the range after that page. */
async function readPage(
  { chatRoomId, range, deliveries }: Audience,
  eventsOf: Map<string, PerRoomEvents>,
): Promise<SubscriptionRange | undefined> {
  const page = deliveries.some(isToRoom)
    ? await subscriptionsOfRoom(chatRoomId, Date.now(), range)
    : { subscriptions: [] }
  for (const delivery of deliveries) {
    for (const recipient of delivery.only ?? page.subscriptions) {
      if (!isExcepted(recipient, delivery)) addEvent(eventsOf, recipient.connectionId, delivery.event)
    }
  }
  return page.rest
}

const isToRoom = ({ only }: Delivery): boolean => only === undefined

const isExcepted = ({ connectionId, userId }: Recipient, { exceptConnectionId, exceptUserId }: Delivery): boolean =>
  connectionId === exceptConnectionId || userId === exceptUserId

function addEvent(eventsOf: Map<string, PerRoomEvents>, connectionId: string, event: ChatEvent): void {
  const rooms: PerRoomEvents = eventsOf.get(connectionId) ?? new Map<string, Map<number | ChatEvent, ChatEvent>>()
  const events = rooms.get(event.chatRoomId) ?? new Map<number | ChatEvent, ChatEvent>()
  events.set(event.event === 'message' ? event.seq : event, event)
  rooms.set(event.chatRoomId, events)
  eventsOf.set(connectionId, rooms)
}
