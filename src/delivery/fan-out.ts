import { deleteConnection } from '../entities/connection.ts'
import { type SubscriptionRange, subscriptionsOfRoom, unsubscribe } from '../entities/subscription.ts'
import type { ChatEvent } from '../protocol/events.ts'
import type { Delivery, FanOutReport, Recipient } from './delivery.ts'
import { FramePacker } from './frame-packer.ts'
import { groupBy } from './group-by.ts'
import { Laggards } from './laggards.ts'
import { forEachFairly } from './for-each-fairly.ts'
import { inOrder } from './in-order.ts'
import { forEachLimited } from './for-each-limited.ts'
import { CONCURRENCY, type PostFrame } from './posting/post-frame.ts'
import { postWithRetry } from './posting/post-with-retry.ts'
import { delegate } from './range-tasks.ts'

/** After this a batch's posts are made once, and briefly, so that one room's trouble doesn't hold the shard. */
const PATIENCE_MS = 5_000

/** All of a recipient's posts in a batch, retries included; it is cut off for the batch after this and a brief attempt. */
const RECIPIENT_MS = 4_000

/** Laggards that a batch tries all the same, all at once at most: who has recovered must not wait to be forgotten. */
const LAGGARDS_TRIED = CONCURRENCY

/** Ranges of huge rooms that are read at once, a page each: with it a handler's memory stays flat, however many tasks come. */
const RANGES_AT_ONCE = 4

/** No range is begun after this: those that are left come again, so that no part of a room is lost to the limit on posts. */
const RANGES_MS = 30_000

const laggards = new Laggards()

/**
 * No post starts after this: a batch that ran into the function's timeout (60 s) would come again, with the same
 * recipients in the same order, and its last ones would never be reached.
 */
const POSTS_MS = 45_000

/**
 * Delivers events to connections: one consistent query a room, all events of a connection in as few frames as fit,
 * bounded concurrency, and no recipient's trouble another's. A 410 deletes exactly that connection; a 429, a 5xx or a
 * timeout is counted, and evicts nobody.
 *
 * Rooms share the 256 places evenly: of n rooms each keeps at least ⌊256 / n⌋ while it has recipients waiting, so a room
 * waits only for its own, whatever the others' do. (Of more than 256, a room waits for its first place at most
 * ⌊n / 256⌋ times the 4.5 s after which a recipient is cut off.) A batch is patient for 5 s; after that a post is made
 * once and given half a second, so that 10,000 recipients that don't answer hold the shard for 24 s. The next batches
 * know them as laggards, a lane of their own: 256 are tried briefly, and the others are skipped.
 *
 * Of a huge room only the first page is posted here; the rest becomes tasks, which come back as records of their own. Each
 * reads its range a page at a time, and of all tasks in a batch four pages are read at once and posted before the next
 * four, rooms in turns. What isn't begun after 30 s is postponed.
 */
export async function fanOut(deliveries: readonly Delivery[], post: PostFrame): Promise<FanOutReport> {
  const report: FanOutReport = {
    posts: { delivered: 0, gone: 0, throttled: 0, slow: 0, failed: 0 },
    eventsDelivered: 0,
    skipped: 0,
    unread: [],
    postponed: [],
    errors: [],
  }
  const startedAt = Date.now()
  const deadlines = { patience: startedAt + PATIENCE_MS, posts: startedAt + POSTS_MS }
  const posting: Posting = { packer: new FramePacker(), post, deadlines, report, laggardsToTry: LAGGARDS_TRIED }
  const parts = partsOf(deliveries)
  const ranges = inTurns(parts.filter(({ range }) => range !== undefined))
  let turn = [...parts.filter(({ range }) => range === undefined), ...ranges.splice(0, RANGES_AT_ONCE)]
  while (turn.length > 0) {
    const inboxes = new Map<string, Inbox>()
    const begun = await read(turn, inboxes, report)
    await forEachFairly(lanesOf(inboxes), CONCURRENCY, ([connectionId, inbox]) => deliver(connectionId, inbox, posting))
    const elapsed = Date.now() - startedAt
    if (elapsed > RANGES_MS) postpone(ranges.splice(0), report)
    if (elapsed > POSTS_MS) postpone(begun.splice(0), report)
    turn = [...begun, ...ranges.splice(0, RANGES_AT_ONCE - begun.length)]
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

/** Reads a page of each part into the inboxes, and leaves the rest of rooms to tasks; answers with the rest of ranges. */
async function read(parts: readonly Part[], inboxes: Map<string, Inbox>, { unread }: FanOutReport): Promise<Part[]> {
  const begun: Part[] = []
  await forEachLimited(parts, CONCURRENCY, async (part) => {
    try {
      const rest = await collect(inboxes, part)
      if (rest === undefined) return
      // What goes to single connections has gone out with the first page.
      const deliveries = part.deliveries.filter((delivery) => delivery.only === undefined)
      if (part.range === undefined) await delegate({ ...part, deliveries, range: rest })
      else begun.push({ ...part, deliveries, range: rest })
    } catch (error) {
      const sequenceNumbers = part.deliveries.map((delivery) => delivery.sequenceNumber)
      unread.push({ sequenceNumbers, chatRoomId: part.chatRoomId, error })
    }
  })
  return begun
}

function postpone(parts: readonly Part[], { postponed }: FanOutReport): void {
  postponed.push(...parts.flatMap(({ deliveries }) => deliveries.map(({ sequenceNumber }) => sequenceNumber)))
}

/** A range of each room, then a second of each, and so on. */
function inTurns(ranges: readonly Part[]): Part[] {
  const turns = [...groupBy(ranges, ({ chatRoomId }) => chatRoomId).values()].flatMap((ofRoom) =>
    ofRoom.map((part, turn) => ({ part, turn })),
  )
  return turns.toSorted((a, b) => a.turn - b.turn).map(({ part }) => part)
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

/** The recipients of each room, and the laggards of all; who is in several rooms stands in all of their lanes. */
function lanesOf(inboxes: ReadonlyMap<string, Inbox>): Iterable<readonly [string, Inbox][]> {
  const rooms = new Map<string, [string, Inbox][]>()
  const late: [string, Inbox][] = []
  for (const entry of inboxes) {
    const [connectionId, inbox] = entry
    if (laggards.has(connectionId)) {
      late.push(entry)
      continue
    }
    for (const chatRoomId of inbox.keys()) {
      const lane = rooms.get(chatRoomId)
      if (lane) lane.push(entry)
      else rooms.set(chatRoomId, [entry])
    }
  }
  return [...rooms.values(), late]
}

interface Posting {
  packer: FramePacker
  post: PostFrame
  /** Epoch milliseconds. */
  deadlines: { patience: number; posts: number }
  report: FanOutReport
  laggardsToTry: number
}

async function deliver(connectionId: string, inbox: Inbox, posting: Posting): Promise<void> {
  const { packer, post, deadlines, report } = posting
  const startedAt = Date.now()
  const late = laggards.has(connectionId)
  if (late && posting.laggardsToTry-- <= 0) {
    report.skipped++
    return
  }
  const cutOff = startedAt + RECIPIENT_MS
  const deadline = late ? startedAt : Math.min(cutOff, deadlines.patience)
  const events = [...inbox.values()].flatMap((ofRoom) => [...ofRoom.values()])
  for (const frame of packer.frames(events)) {
    const { outcome, error } =
      Date.now() > Math.min(cutOff, deadlines.posts)
        ? {
            outcome: 'slow' as const,
            error: new Error('unable to post; the recipient or the batch has taken too long'),
          }
        : await postWithRetry(post, connectionId, frame.bytes, deadline)
    report.posts[outcome]++
    if (outcome === 'delivered') {
      report.eventsDelivered += frame.events
      continue
    }
    report.errors.push({ connectionId, outcome, error })
    if (outcome === 'slow' && Date.now() <= deadlines.posts) laggards.add(connectionId)
    if (outcome === 'gone') await forget(connectionId, [...inbox.keys()], report)
    // What follows would come with a hole before it; the client asks for both at once.
    return
  }
  laggards.delete(connectionId)
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
