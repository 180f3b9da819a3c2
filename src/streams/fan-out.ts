import { deleteConnection } from '../entities/connection.ts'
import { type SubscriptionRow, subscriptionsOfRoom, unsubscribe } from '../entities/subscription.ts'
import type { ChatEvent } from '../protocol/events.ts'
import { FramePacker } from './frames.ts'
import { groupBy } from './group-by.ts'
import { inOrder } from './order.ts'
import { forEachLimited } from './pool.ts'
import { CONCURRENCY, type Outcome, type PostFrame, postWithRetry } from './post.ts'

export type Recipient = Pick<SubscriptionRow, 'connectionId' | 'userId'>

/** An event and who hears it. */
export interface Delivery {
  event: ChatEvent
  /** Those who hear it; without it, every subscription of the event's room. */
  only?: readonly Recipient[]
  exceptConnectionId?: string
  exceptUserId?: string
  /** What has failed when the room's subscriptions can't be read. */
  sequenceNumber: string
}

export interface FanOutReport {
  /** Posts by outcome. */
  posts: Record<Outcome, number>
  /** Events that reached a connection. */
  eventsDelivered: number
  /** Deliveries whose recipients could not be found out: they must come again. */
  unread: { sequenceNumbers: string[]; chatRoomId: string; error: unknown }[]
  /** What went wrong with single recipients; they catch up with `sync`. */
  errors: { connectionId: string; outcome: Outcome; error: unknown }[]
}

/** Retries of a batch's posts end after this, so that one room's storm doesn't hold the shard. */
const BUDGET_MS = 5_000

/**
 * Delivers events to connections: one consistent query a room, all events of a connection in as few frames as fit,
 * bounded concurrency, and no recipient's trouble another's. A 410 deletes exactly that connection; a 429, a 5xx or a
 * timeout is retried, counted, and evicts nobody.
 *
 * Pages beyond the first of a huge room are read and posted one at a time, so memory stays flat.
 */
export async function fanOut(deliveries: readonly Delivery[], post: PostFrame): Promise<FanOutReport> {
  const report: FanOutReport = {
    posts: { delivered: 0, gone: 0, throttled: 0, slow: 0, failed: 0 },
    eventsDelivered: 0,
    unread: [],
    errors: [],
  }
  const deadline = Date.now() + BUDGET_MS
  const packer = new FramePacker()
  const rooms = [...groupBy(inOrder(deliveries), ({ event }) => event.chatRoomId)]
  let pending = rooms.map(([chatRoomId, ofRoom]) => ({ chatRoomId, ofRoom, cursor: undefined as string | undefined }))
  while (pending.length > 0) {
    const inboxes = new Map<string, Inbox>()
    const next: typeof pending = []
    await forEachLimited(pending, CONCURRENCY, async ({ chatRoomId, ofRoom, cursor }) => {
      try {
        const nextCursor = await collect(inboxes, chatRoomId, ofRoom, cursor)
        if (nextCursor !== undefined) next.push({ chatRoomId, ofRoom, cursor: nextCursor })
      } catch (error) {
        const sequenceNumbers = ofRoom.map((delivery) => delivery.sequenceNumber)
        report.unread.push({ sequenceNumbers, chatRoomId, error })
      }
    })
    await forEachLimited([...inboxes], CONCURRENCY, ([connectionId, inbox]) =>
      deliver(connectionId, inbox, { packer, post, deadline, report }),
    )
    pending = next
  }
  return report
}

/**
 * What one connection is to get, by room. A message that comes by two ways in one batch (its record, and a new member's
 * catching up) has one place: its seq.
 */
type Inbox = Map<string, Map<number | ChatEvent, ChatEvent>>

/** Puts a page of a room's events into its connections' inboxes; answers with the cursor of the next page. */
async function collect(
  inboxes: Map<string, Inbox>,
  chatRoomId: string,
  deliveries: readonly Delivery[],
  cursor: string | undefined,
): Promise<string | undefined> {
  const put = (subscription: Recipient, { event }: Delivery) => {
    const inbox: Inbox = inboxes.get(subscription.connectionId) ?? new Map<string, Map<number | ChatEvent, ChatEvent>>()
    const events = inbox.get(chatRoomId) ?? new Map<number | ChatEvent, ChatEvent>()
    events.set(event.event === 'message' ? event.seq : event, event)
    inbox.set(chatRoomId, events)
    inboxes.set(subscription.connectionId, inbox)
  }
  const toRoom = deliveries.filter((delivery) => delivery.only === undefined)
  const page = toRoom.length === 0 ? { subscriptions: [] } : await subscriptionsOfRoom(chatRoomId, Date.now(), cursor)
  const subscribed = new Map(page.subscriptions.map((subscription) => [subscription.connectionId, subscription]))
  for (const delivery of deliveries) {
    const recipients = delivery.only ?? subscribed.values()
    // What goes to single connections goes out once, with the first page.
    if (delivery.only !== undefined && cursor !== undefined) continue
    for (const subscription of recipients) {
      if (subscription.connectionId === delivery.exceptConnectionId) continue
      if (subscription.userId === delivery.exceptUserId) continue
      put(subscription, delivery)
    }
  }
  return page.nextCursor
}

async function deliver(
  connectionId: string,
  inbox: Inbox,
  { packer, post, deadline, report }: { packer: FramePacker; post: PostFrame; deadline: number; report: FanOutReport },
): Promise<void> {
  const events = [...inbox.values()].flatMap((ofRoom) => [...ofRoom.values()])
  for (const frame of packer.frames(events)) {
    const { outcome, error } = await postWithRetry(post, connectionId, frame.bytes, deadline)
    report.posts[outcome]++
    if (outcome === 'delivered') {
      report.eventsDelivered += frame.events
      continue
    }
    report.errors.push({ connectionId, outcome, error })
    if (outcome === 'gone') await forget(connectionId, [...inbox.keys()], report)
    // What follows would come with a hole before it; the client asks for both at once.
    return
  }
}

/** The connection's row, whose removal has the stream clean up after it, and the rows by which it was found here. */
async function forget(connectionId: string, chatRoomIds: readonly string[], report: FanOutReport): Promise<void> {
  const deletions = await Promise.allSettled([
    deleteConnection(connectionId),
    ...chatRoomIds.map((chatRoomId) => unsubscribe({ chatRoomId, connectionId })),
  ])
  // Not done now is done at the next post's 410, or by TTL.
  for (const deletion of deletions) {
    if (deletion.status === 'rejected') report.errors.push({ connectionId, outcome: 'gone', error: deletion.reason })
  }
}
