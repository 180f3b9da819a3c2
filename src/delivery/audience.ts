import { takePending } from '../changes/take-pending.ts'
import type { RoomClass } from '../entities/room-class.ts'
import { receivesAfter } from '../entities/join-id.ts'
import { type Recipient, type SubscriptionRange, subscriptionsOfRoom } from '../entities/subscription.ts'
import type { RoomEvent } from '../protocol/events.ts'
import { MAX_RECEIPT_MEMBERS } from '../protocol/limits.ts'
import type { Delivery, FanOutReport } from './delivery.ts'
import { forEachLimited } from './for-each-limited.ts'
import { groupBy } from './group-by.ts'
import { Inbox } from './inbox.ts'
import { inOrder } from './in-order.ts'
import { CONCURRENCY } from './posting/post-frame.ts'
import { postsOfPage } from './batch-budget.ts'
import { putRangeTasks, shareBefore, shareOf } from './range-tasks.ts'

/** In a room with more live sessions, typing events are not delivered. */
const MAX_TYPING_RECIPIENTS = 100

/** A page with more recipients than this is posted to at the room's pace. */
const PACED_RECIPIENTS = 1_000

/** The most users that a small room has. */
const MAX_SMALL_USERS = MAX_RECEIPT_MEMBERS

/** The deliveries of a batch to one room, or to one range of its subscriptions. */
export interface Audience {
  chatRoomId: string
  range?: SubscriptionRange
  deliveries: readonly Delivery[]
}

/** A connection and the events that it receives. */
export interface RecipientEvents {
  recipient: Recipient
  inbox: Inbox
}

/** Groups a batch's deliveries by room and range, with the messages in seq order. */
export function audiencesOf(deliveries: readonly Delivery[]): Audience[] {
  const groups = groupBy(
    inOrder(deliveries),
    ({ event, range }) => `${event.chatRoomId} ${range?.after ?? ''} ${range?.through ?? ''}`,
  )
  return [...groups.values()].map((deliveries) => {
    const [{ event, range }] = deliveries as [Delivery]
    return { chatRoomId: event.chatRoomId, deliveries, ...(range === undefined ? {} : { range }) }
  })
}

/** Orders ranges so that each room has one range before any room has its second, and so on. */
export function inTurns(ranges: readonly Audience[]): Audience[] {
  const turns = [...groupBy(ranges, ({ chatRoomId }) => chatRoomId).values()].flatMap((ofRoom) =>
    ofRoom.map((range, turn) => ({ range, turn })),
  )
  return turns.toSorted((a, b) => a.turn - b.turn).map(({ range }) => range)
}

/**
 * Reads one page of subscriptions for each audience. Returns the events of each connection, and the rest of each range.
 * The rest of a whole room becomes range tasks instead. An audience that cannot be read is reported as `unread`.
 */
export async function readRecipients(
  audiences: readonly Audience[],
  report: FanOutReport,
): Promise<{
  eventsOf: Map<string, RecipientEvents>
  unfinished: Audience[]
  /** Posts per second, for large rooms only. */
  paces: Map<string, number>
}> {
  const eventsOf = new Map<string, RecipientEvents>()
  const paces = new Map<string, number>()
  const empty = Inbox.empty()
  const unfinished: Audience[] = []
  await forEachLimited(audiences, CONCURRENCY, async (audience) => {
    const { chatRoomId, range, deliveries } = audience
    try {
      const { rest, riding, recipients, pages } = await readPage(audience, eventsOf, empty, report)
      if (recipients > PACED_RECIPIENTS) paces.set(chatRoomId, postsOfPage(pages))
      if (rest === undefined) return
      const toRoom = [...deliveries.filter(isLoud), ...riding]
      if (toRoom.length === 0) return
      if (range === undefined) await putRangeTasks(chatRoomId, rest, toRoom)
      else unfinished.push({ chatRoomId, range: rest, deliveries: toRoom })
    } catch (error) {
      report.unread.push({ chatRoomId, deliveries, error })
    }
  })
  return { eventsOf, unfinished, paces }
}

/**
 * Adds the events of an audience to the recipients on its next page. Returns the range after that page, and the quiet
 * changes that were added: in a huge room, quiet changes wait until another event goes to the whole room.
 */
async function readPage(
  { chatRoomId, range, deliveries }: Audience,
  eventsOf: Map<string, RecipientEvents>,
  empty: Inbox,
  report: FanOutReport,
): Promise<{ rest: SubscriptionRange | undefined; riding: Delivery[]; recipients: number; pages: number }> {
  const page: Page = deliveries.some(isToRoom)
    ? await pageOf(chatRoomId, range)
    : { subscriptions: [], users: new Set(), size: 'small' }
  const recipients = page.subscriptions.length
  const pages = pagesOf(page, range)
  // A range counts only its own page, because another invocation posts to each of the other ranges.
  report.recipients = Math.max(report.recipients, range === undefined ? recipients * pages : recipients)
  if (range === undefined && deliveries.some(isToRoom)) report.sizes.set(chatRoomId, page.size)
  const isFirst = range === undefined && page.size === 'huge' && deliveries.some(isLoud)
  const riding: Delivery[] = isFirst ? (await takePending(chatRoomId)).map((event) => ({ event })) : []
  for (const delivery of [...deliveries, ...riding]) {
    if (isToRoom(delivery) && !isWorthwhile(delivery, page)) continue
    for (const recipient of delivery.only ?? page.subscriptions) {
      if (isExcepted(recipient, delivery)) continue
      const entry = eventsOf.get(recipient.connectionId)
      if (entry) entry.inbox = entry.inbox.with(delivery.event)
      else eventsOf.set(recipient.connectionId, { recipient, inbox: empty.with(delivery.event) })
    }
  }
  return { rest: page.rest, riding, recipients, pages }
}

type Page = Awaited<ReturnType<typeof subscriptionsOfRoom>> & { users: ReadonlySet<string>; size: RoomClass }

/** Estimates how many pages of this size the room has. */
function pagesOf({ rest }: Page, range: SubscriptionRange | undefined): number {
  if (range !== undefined) return 1 / shareOf(range)
  return rest === undefined ? 1 : 1 / shareBefore(rest.after)
}

async function pageOf(chatRoomId: string, range: SubscriptionRange | undefined): Promise<Page> {
  const page = await subscriptionsOfRoom(chatRoomId, Date.now(), range)
  const users = new Set(page.subscriptions.map(({ userId }) => userId))
  const size = page.rest !== undefined ? 'huge' : users.size > MAX_SMALL_USERS ? 'medium' : 'small'
  return { ...page, users, size }
}

/**
 * Whether an event is worth a post. In a crowd, nobody notices who types, comes or leaves, and a post to each would be
 * costly.
 */
function isWorthwhile({ event, about }: Delivery, { subscriptions, users, size }: Page): boolean {
  if (about !== undefined && !users.has(about)) return false
  if (event.event === 'receipts') return size === 'small'
  if (event.event === 'typing') return size !== 'huge' && subscriptions.length <= MAX_TYPING_RECIPIENTS
  return size !== 'huge' || !isLight(event)
}

const light: readonly RoomEvent['event'][] = ['typing', 'memberJoined', 'memberLeft', 'receipts', 'online']

const isLight = ({ event }: RoomEvent): boolean => light.includes(event)

/**
 * Whether a delivery goes to the whole of a huge room. Single connections are reached with the first page, and light
 * events are not delivered there.
 */
const isLoud = (delivery: Delivery): boolean => isToRoom(delivery) && !isLight(delivery.event)

const isToRoom = ({ only }: Delivery): boolean => only === undefined

/** @param recipient a connection, or a subscription with the membership that it belongs to */
const isExcepted = (recipient: Recipient & { joinId?: string }, delivery: Delivery): boolean =>
  recipient.connectionId === delivery.exceptConnectionId ||
  recipient.userId === delivery.exceptUserId ||
  delivery.toUsers?.has(recipient.userId) === false ||
  isFromBefore(delivery.event, recipient.joinId)

/**
 * Whether a message is from before the recipient joined. A message is posted after it was written, and a user who
 * joined in between may not be shown earlier messages.
 */
const isFromBefore = (event: RoomEvent, joinId: string | undefined): boolean =>
  event.event === 'message' && joinId !== undefined && event.seq <= receivesAfter(joinId)
