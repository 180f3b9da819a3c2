import { createHash } from 'node:crypto'
import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { CONNECTION_LIFETIME_MS } from '../protocol/limits.ts'
import { isThrottling } from './is-transient.ts'
import { leftUnprocessed } from './until-processed.ts'
import type { SessionConnection, SessionRow } from './session.ts'
import { client, service, table, verbatim } from './table.ts'
import type { UserRoomRow } from './user-room.ts'

/**
 * A session that receives a room's events, and by which connection. In a partition of its own per room; the sort key is
 * led by two hex digits of a hash, so that a huge room can be read in parallel ranges. The next connection of a session
 * overwrites the row in place. A row whose connection has gone is deleted at its first 410, or by TTL.
 *
 * In front of them, at `!<joinId>`, are the departures: memberships that have ended, written in one transaction with
 * the end. A subscription that stands on one of them receives nothing, whoever wrote it and however late: a `sync` may
 * have read the membership before it ended and write the subscription after.
 *
 * - AP14 `subscribe`: from when on does this session receive the room's events?
 * - AP15 `unsubscribe`: until when?
 * - AP16 `subscriptionsOfRoom`: who receives this event? (a page, in hash order)
 * - AP42 `departuresOfRoom`: which memberships have ended?
 * - AP143 `someSubscriptions`: who receives this room's events, of the first?
 */
export const Subscription = new Entity(
  {
    model: { entity: 'Subscription', version: '1', service },
    attributes: {
      /** `subscriptions#<chatRoomId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /**
       * `<hash>#<id>`; the id is the connection's, or made of the user and the session that the client named. Of a
       * departure: `!<joinId>`.
       */
      place: { type: 'string', field: 'sk', required: true },
      /** Absent in a departure. */
      connectionId: { type: 'string', field: 'ConnectionId' },
      userId: { type: 'string', field: 'UserId', required: true },
      /** The membership that it stands on. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** Epoch seconds, as the Connection's. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { room: verbatim('partition', 'place') },
  },
  { table, client },
)

/** Who receives an event, and the sort key of the subscription that says so. */
export interface Recipient {
  connectionId: string
  userId: string
  place: string
}

export interface SubscriptionRow extends Recipient {
  joinId: string
  /** Epoch seconds. */
  expiresAt: number
}

/** Where the subscriptions to a room are. */
export const partitionOf = (chatRoomId: string) => `subscriptions#${chatRoomId}`

const digest = (...parts: string[]) => createHash('sha256').update(JSON.stringify(parts))

/**
 * The sort key of a session's subscriptions, the same in every room. Two users that name one session have two keys.
 * Without a session that the client named it is the connection's, as version 0.1.0 wrote it.
 */
export function placeOf({ userId, sessionKey, connectionId }: SessionConnection): string {
  const id = sessionKey === connectionId ? connectionId : digest(userId, sessionKey).digest('base64url').slice(0, 22)
  return `${createHash('sha256').update(id).digest('hex').slice(0, 2)}#${id}`
}

/** Whether the connection is a session of its own: no other connection ever has its subscriptions. */
export const isOwnPlace = (place: string, connectionId: string): boolean => place.endsWith(`#${connectionId}`)

export const recipientOf = (session: SessionConnection): Recipient => ({
  connectionId: session.connectionId,
  userId: session.userId,
  place: placeOf(session),
})

/** The whole item. */
export const subscriptionItem = (session: SessionRow, { chatRoomId, joinId }: UserRoomRow) => ({
  partition: partitionOf(chatRoomId),
  place: placeOf(session),
  connectionId: session.connectionId,
  userId: session.userId,
  joinId,
  expiresAt: session.expiresAt,
})

/** Sorts before every hash. */
const DEPARTURE = '!'

/**
 * How long a departure is kept: no request that read the membership before its end is under way any more, and no
 * connection that one of them subscribed is open.
 */
const DEPARTURE_SECONDS = (CONNECTION_LIFETIME_MS + 10 * 60 * 1_000) / 1_000

/** The key of the departure of a membership. */
export const departureKey = ({ chatRoomId, joinId }: { chatRoomId: string; joinId: string }) => ({
  partition: partitionOf(chatRoomId),
  place: DEPARTURE + joinId,
})

/** The whole item of a departure. */
export const departureItem = (
  { chatRoomId, userId, joinId }: { chatRoomId: string; userId: string; joinId: string },
  now: number,
) => ({
  ...departureKey({ chatRoomId, joinId }),
  userId,
  joinId,
  expiresAt: Math.ceil(now / 1_000) + DEPARTURE_SECONDS,
})

/** A session that is to be subscribed to a room. */
export interface SessionInRoom {
  session: SessionRow
  room: UserRoomRow
}

/** DynamoDB's limit for one `BatchWriteItem`. */
const MAX_BATCH = 25

/**
 * AP14. In place of what the session's connection before has.
 *
 * @returns those that the table has throttled to the end; all others are subscribed
 */
export async function subscribe(pairs: readonly SessionInRoom[]): Promise<SessionInRoom[]> {
  const [only] = pairs
  if (only && pairs.length === 1) {
    await Subscription.put(subscriptionItem(only.session, only.room)).go()
    return []
  }
  return leftUnprocessed(pairs, async (left) => {
    const batches = Array.from({ length: Math.ceil(left.length / MAX_BATCH) }, (_, i) =>
      left.slice(i * MAX_BATCH, (i + 1) * MAX_BATCH),
    )
    return { unprocessed: (await Promise.all(batches.map(putBatch))).flat() }
  })
}

/** Returns what is to be tried again. A batch of which nothing is written fails as a whole. */
async function putBatch(pairs: SessionInRoom[]): Promise<SessionInRoom[]> {
  const keyOf = ({ partition, place }: { partition?: string; place?: string }) => `${partition} ${place}`
  try {
    const { unprocessed } = await Subscription.put(
      pairs.map(({ session, room }) => subscriptionItem(session, room)),
    ).go()
    const again = new Set(unprocessed.map(keyOf))
    return pairs.filter(({ session, room }) => again.has(keyOf(subscriptionItem(session, room))))
  } catch (error) {
    if (isThrottling(error)) return pairs
    throw error
  }
}

/**
 * AP15. Deletes a subscription only while it is the one that is meant: `joinId`, while it stands on that membership,
 * because a user who left and came back keeps what the second join made; `connectionId`, while it names that
 * connection.
 */
export async function unsubscribe(
  { chatRoomId, place }: { chatRoomId: string; place: string },
  meant: { joinId: string } | { connectionId: string },
): Promise<void> {
  await Subscription.delete({ partition: partitionOf(chatRoomId), place })
    .where((row, { eq }) =>
      'joinId' in meant ? eq(row.joinId, meant.joinId) : eq(row.connectionId, meant.connectionId),
    )
    .go({ returnOnConditionCheckFailure: true })
}

/** A part of a room's subscriptions in hash order: after a sort key, up to the last one of a hash. */
export interface SubscriptionRange {
  /** Exclusive: `<hash>#<id>`, or `<hash>#~` for all of a hash. */
  after: string
  /** Inclusive: two hex digits. */
  through: string
}

/** Sorts after every id. */
export const LAST_ID = '~'

const LAST_HASH = 'ff'

/**
 * AP16. One consistent page (about 1 MB, some 4,000 rows) of the room's live subscriptions, or of a range of
 * them, so that a subscription acknowledged before a message was written is in that message's fan-out. With `rest` when
 * there are more. Left out are those whose membership has ended, and those that have expired, which TTL hasn't deleted
 * yet: their token or their connection has ended.
 */
export async function subscriptionsOfRoom(
  chatRoomId: string,
  now: number,
  range?: SubscriptionRange,
): Promise<{ subscriptions: SubscriptionRow[]; rest?: SubscriptionRange }> {
  const [departed, { rows, rest }] = await Promise.all([
    // A page further back doesn't contain them.
    range === undefined ? [] : departuresOfRoom(chatRoomId),
    range === undefined ? firstPage(chatRoomId) : pageOf(chatRoomId, range),
  ])
  const ended = new Set([...departed, ...rows.filter(isDeparture).map(({ joinId }) => joinId)])
  const subscriptions = rows.filter(
    (row): row is Row & SubscriptionRow => !isDeparture(row) && row.expiresAt * 1_000 > now && !ended.has(row.joinId),
  )
  return { subscriptions, ...defined({ rest }) }
}

/** What the fan-out needs of a row: a third of its bytes. */
type Row = Pick<EntityItem<typeof Subscription>, 'place' | 'connectionId' | 'userId' | 'joinId' | 'expiresAt'>

const isDeparture = ({ place }: Row): boolean => place.startsWith(DEPARTURE)

/** The departures, which come first, and a page of subscriptions: one that holds departures only is not the last. */
async function firstPage(chatRoomId: string): Promise<{ rows: Row[]; rest?: SubscriptionRange | undefined }> {
  const query = Subscription.query.room({ partition: partitionOf(chatRoomId) }).params<object>()
  const rows: Row[] = []
  let next: object | undefined
  do {
    const page = await rowsOf({ ...query, ...defined({ ExclusiveStartKey: next }) })
    for (const row of page.rows) rows.push(row)
    next = page.next
  } while (next !== undefined && rows.every(isDeparture))
  return { rows, rest: next === undefined ? undefined : restAfter(rows, LAST_HASH) }
}

async function pageOf(chatRoomId: string, { after, through }: SubscriptionRange) {
  const query = Subscription.query
    .room({ partition: partitionOf(chatRoomId) })
    .between({ place: after }, { place: `${through}#${LAST_ID}` })
    .params<object>()
  const { rows: all, next } = await rowsOf(query)
  // `between` includes its lower bound.
  const rows = all.filter((row) => row.place !== after)
  return { rows, rest: next === undefined ? undefined : restAfter(all, through) }
}

const restAfter = (rows: readonly Row[], through: string): SubscriptionRange => ({ after: rows.at(-1)!.place, through })

interface StoredRow {
  sk: string
  ConnectionId: string
  UserId: string
  JoinId: string
  expiresAt: number
}

/** A page of a query that ElectroDB has made. It reads by the thousand, so each row is unpacked once, straight. */
async function rowsOf(query: object): Promise<{ rows: Row[]; next?: object }> {
  const { Items = [], LastEvaluatedKey } = await client.send('Query', {
    ...query,
    ConsistentRead: true,
    ProjectionExpression: 'sk, ConnectionId, UserId, JoinId, expiresAt',
  })
  const rows = (Items as unknown as StoredRow[]).map(({ sk, ConnectionId, UserId, JoinId, expiresAt }) => ({
    place: sk,
    connectionId: ConnectionId,
    userId: UserId,
    joinId: JoinId,
    expiresAt,
  }))
  return { rows, ...defined({ next: LastEvaluatedKey }) }
}

/** AP42. The `joinId`s of the memberships that have ended in the last two hours, consistent. */
export async function departuresOfRoom(chatRoomId: string): Promise<Set<string>> {
  const { data } = await Subscription.query
    .room({ partition: partitionOf(chatRoomId) })
    .begins({ place: DEPARTURE })
    .go({ consistent: true, pages: 'all' })
  return new Set(data.map(({ joinId }) => joinId))
}

/** What sorts after every hash. */
const AFTER_HASHES = 'g'

/**
 * AP143. At most `limit` of the room's subscriptions, those that have expired left out, and whether there may be more.
 * Not consistent: nothing is posted to these.
 */
export async function someSubscriptions(
  chatRoomId: string,
  limit: number,
  now: number,
): Promise<{ subscriptions: Pick<SubscriptionRow, 'userId' | 'connectionId'>[]; hasMore: boolean }> {
  const { data } = await Subscription.query
    .room({ partition: partitionOf(chatRoomId) })
    .between({ place: '0' }, { place: AFTER_HASHES })
    .go({ limit, pages: 1 })
  const subscriptions = data.flatMap(({ userId, connectionId, expiresAt }) =>
    connectionId !== undefined && expiresAt * 1_000 > now ? [{ userId, connectionId }] : [],
  )
  return { subscriptions, hasMore: data.length === limit }
}
