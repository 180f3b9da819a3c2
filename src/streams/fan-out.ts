import { deleteConnection } from '../entities/connection.ts'
import {
  type SubscriptionRange,
  type SubscriptionRow,
  subscriptionsOfRoom,
  unsubscribe,
} from '../entities/subscription.ts'
import type { ChatEvent } from '../protocol/events.ts'
import { FramePacker } from './frames.ts'
import { groupBy } from './group-by.ts'
import { inOrder } from './order.ts'
import { forEachLimited } from './pool.ts'
import { delegate } from './tasks.ts'
import { CONCURRENCY, type Outcome, type PostFrame, postWithRetry } from './post.ts'

export type Recipient = Pick<SubscriptionRow, 'connectionId' | 'userId'>

/** An event and who hears it. */
export interface Delivery {
  event: ChatEvent
  /** Those who hear it; without it, every subscription of the event's room. */
  only?: readonly Recipient[]
  exceptConnectionId?: string
  exceptUserId?: string
  /** A part of a huge room: those who hear it are in this range of its subscriptions. */
  range?: SubscriptionRange
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
const RETRIES_MS = 5_000

/**
 * No post starts after this: a batch that ran into the function's timeout (60 s) would come again, with the same
 * recipients in the same order, and its last ones would never be reached.
 */
const POSTS_MS = 45_000

/**
 * Delivers events to connections: one consistent query a room, all events of a connection in as few frames as fit,
 * bounded concurrency, and no recipient's trouble another's. A 410 deletes exactly that connection; a 429, a 5xx or a
 * timeout is retried, counted, and evicts nobody.
 *
 * Of a huge room only the first page is posted here; the rest becomes tasks, which come back as records of their own and
 * read their range a page at a time, so memory stays flat.
 */
export async function fanOut(deliveries: readonly Delivery[], post: PostFrame): Promise<FanOutReport> {
  const report: FanOutReport = {
    posts: { delivered: 0, gone: 0, throttled: 0, slow: 0, failed: 0 },
    eventsDelivered: 0,
    unread: [],
    errors: [],
  }
  const startedAt = Date.now()
  const deadlines = { retries: startedAt + RETRIES_MS, posts: startedAt + POSTS_MS }
  const packer = new FramePacker()
  let parts = partsOf(deliveries)
  while (parts.length > 0) {
    const inboxes = new Map<string, Inbox>()
    const next: Part[] = []
    await forEachLimited(parts, CONCURRENCY, async (part) => {
      try {
        const rest = await collect(inboxes, part)
        if (rest === undefined) return
        // What goes to single connections has gone out with the first page.
        const deliveries = part.deliveries.filter((delivery) => delivery.only === undefined)
        if (part.range === undefined) await delegate({ ...part, deliveries, range: rest })
        else next.push({ ...part, deliveries, range: rest })
      } catch (error) {
        const sequenceNumbers = part.deliveries.map((delivery) => delivery.sequenceNumber)
        report.unread.push({ sequenceNumbers, chatRoomId: part.chatRoomId, error })
      }
    })
    await forEachLimited([...inboxes], CONCURRENCY, ([connectionId, inbox]) =>
      deliver(connectionId, inbox, { packer, post, deadlines, report }),
    )
    parts = next
  }
  return report
}

/** What a batch has to say to one room, or to one range of its subscriptions. */
interface Part {
  chatRoomId: string
  range?: SubscriptionRange
  deliveries: readonly Delivery[]
}

function partsOf(deliveries: readonly Delivery[]): Part[] {
  const groups = groupBy(inOrder(deliveries), ({ event, range }) => `${event.chatRoomId} ${range?.after ?? ''}`)
  return [...groups.values()].map((deliveries) => {
    const [{ event, range }] = deliveries as [Delivery]
    return { chatRoomId: event.chatRoomId, deliveries, ...(range === undefined ? {} : { range }) }
  })
}

/**
 * What one connection is to get, by room. A message that comes by two ways in one batch (its record, and a new member's
 * catching up) has one place: its seq.
 */
type Inbox = Map<string, Map<number | ChatEvent, ChatEvent>>

/** Puts a page of a part's events into its connections' inboxes; answers with what is left of the part. */
async function collect(
  inboxes: Map<string, Inbox>,
  { chatRoomId, range, deliveries }: Part,
): Promise<SubscriptionRange | undefined> {
  const put = ({ connectionId }: Recipient, { event }: Delivery) => {
    const inbox: Inbox = inboxes.get(connectionId) ?? new Map<string, Map<number | ChatEvent, ChatEvent>>()
    const events = inbox.get(chatRoomId) ?? new Map<number | ChatEvent, ChatEvent>()
    events.set(event.event === 'message' ? event.seq : event, event)
    inbox.set(chatRoomId, events)
    inboxes.set(connectionId, inbox)
  }
  const toRoom = deliveries.some((delivery) => delivery.only === undefined)
  const page = toRoom ? await subscriptionsOfRoom(chatRoomId, Date.now(), range) : { subscriptions: [] }
  for (const delivery of deliveries) {
    for (const recipient of delivery.only ?? page.subscriptions) {
      if (recipient.connectionId === delivery.exceptConnectionId) continue
      if (recipient.userId === delivery.exceptUserId) continue
      put(recipient, delivery)
    }
  }
  return page.rest
}

interface Posting {
  packer: FramePacker
  post: PostFrame
  /** Epoch milliseconds. */
  deadlines: { retries: number; posts: number }
  report: FanOutReport
}

async function deliver(
  connectionId: string,
  inbox: Inbox,
  { packer, post, deadlines, report }: Posting,
): Promise<void> {
  const events = [...inbox.values()].flatMap((ofRoom) => [...ofRoom.values()])
  for (const frame of packer.frames(events)) {
    const { outcome, error } =
      Date.now() > deadlines.posts
        ? { outcome: 'slow' as const, error: new Error('unable to post; the batch has taken too long') }
        : await postWithRetry(post, connectionId, frame.bytes, deadlines.retries)
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
