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
 * The subscription of a session to a room's events, with the session's connection. It is in a partition of its own for
 * each room. The sort key begins with two hex digits of a hash, so that a huge room can be read in parallel ranges. The
 * next connection of a session overwrites the row. A row whose connection has gone is deleted at its first 410, or by
 * TTL.
 *
 * Before the subscriptions, at `!<joinId>`, are the departures: memberships that have ended, each written in one
 * transaction with its end. A subscription that belongs to one of them receives nothing, even if it was written later:
 * a `sync` may read a membership before its end and write the subscription after it.
 *
 * - AP14 `subscribe`: post a room's events to this session
 * - AP15 `unsubscribe`: stop posting a room's events to this session
 * - AP16 `subscriptionsOfRoom`: who receives this event? (a page, in hash order)
 * - AP42 `departuresOfRoom`: which memberships have ended?
 * - AP143 `someSubscriptions`: who receives this room's events? (the first of them)
 */
export const Subscription = new Entity(
  {
    model: { entity: 'Subscription', version: '1', service },
    attributes: {
      /** `subscriptions#<chatRoomId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /**
       * `<hash>#<id>`. The id is the connection's, or made of the user and the session that the client named. For a
       * departure: `!<joinId>`.
       */
      place: { type: 'string', field: 'sk', required: true },
      /** Absent in a departure. */
      connectionId: { type: 'string', field: 'ConnectionId' },
      userId: { type: 'string', field: 'UserId', required: true },
      /** The membership that the subscription belongs to. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** In a departure: when the membership ended, epoch milliseconds. Absent in rows of earlier versions. */
      leftAt: { type: 'number', field: 'LeftAt' },
      /** Epoch seconds, the table's TTL: the connection's. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { room: verbatim('partition', 'place') },
  },
  { table, client },
)

/** A connection that receives an event, and the sort key of its subscription. */
export interface Recipient {
  connectionId: string
  userId: string
  place: string
}

/** A subscription of a connection, not a departure. */
export interface SubscriptionRow extends Recipient {
  joinId: string
  /** Epoch seconds. */
  expiresAt: number
}

/** Returns the partition key of a room's subscriptions. */
export const partitionOf = (chatRoomId: string) => `subscriptions#${chatRoomId}`

const digest = (...parts: string[]) => createHash('sha256').update(JSON.stringify(parts))

/**
 * Returns the sort key of a session's subscriptions, which is the same in every room. Two users who name the same
 * session have two keys. If the client has named no session, the key has the connection's id, as in version 0.1.0.
 */
export function placeOf({ userId, sessionKey, connectionId }: SessionConnection): string {
  const id = sessionKey === connectionId ? connectionId : digest(userId, sessionKey).digest('base64url').slice(0, 22)
  return `${createHash('sha256').update(id).digest('hex').slice(0, 2)}#${id}`
}

/**
 * Tells whether the connection is a session of its own, so that no other connection ever takes over its subscriptions.
 */
export const isOwnPlace = (place: string, connectionId: string): boolean => place.endsWith(`#${connectionId}`)

/** Returns a session as a recipient of events. */
export const recipientOf = (session: SessionConnection): Recipient => ({
  connectionId: session.connectionId,
  userId: session.userId,
  place: placeOf(session),
})

/** Makes the item of a subscription. */
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
 * How long a departure is kept. After that time, no request that read the membership before its end is still running,
 * and no connection that such a request subscribed is still open.
 */
const DEPARTURE_SECONDS = (CONNECTION_LIFETIME_MS + 10 * 60 * 1_000) / 1_000

/** Returns the key of a membership's departure. */
export const departureKey = ({ chatRoomId, joinId }: { chatRoomId: string; joinId: string }) => ({
  partition: partitionOf(chatRoomId),
  place: DEPARTURE + joinId,
})

/** Makes the item of a departure. */
export const departureItem = (
  { chatRoomId, userId, joinId }: { chatRoomId: string; userId: string; joinId: string },
  now: number,
) => ({
  ...departureKey({ chatRoomId, joinId }),
  userId,
  joinId,
  leftAt: now,
  expiresAt: Math.ceil(now / 1_000) + DEPARTURE_SECONDS,
})

/** A session and the room that it is subscribed to. */
export interface SessionInRoom {
  session: SessionRow
  room: UserRoomRow
}

/** DynamoDB's limit for one `BatchWriteItem`. */
const MAX_BATCH = 25

/**
 * AP14. Subscribes sessions to rooms. Overwrites the subscriptions of a session's earlier connection.
 *
 * @returns the pairs that the table throttled too long to write; all others are subscribed
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

/** Writes one batch and returns the pairs to try again. A batch that is throttled entirely fails with an error. */
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
 * AP15. Deletes a subscription, if it still is the one that is meant. With `joinId`, it must belong to that membership:
 * a user who has left and joined again keeps the new subscription. With `connectionId`, it must name that connection.
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

/** A range of a room's subscriptions in hash order: after a sort key, through the last one with a hash. */
export interface SubscriptionRange {
  /** Exclusive: `<hash>#<id>`, or `<hash>#~` to skip all of a hash. */
  after: string
  /** Inclusive: two hex digits. */
  through: string
}

/** Sorts after every id. */
export const LAST_ID = '~'

const LAST_HASH = 'ff'

/**
 * AP16. Returns a page (about 1 MB, some 4,000 rows) of a room's live subscriptions, or of a range of them, and `rest`
 * if there are more. Strongly consistent, so a subscription that was acknowledged before a message was written is in
 * the message's fan-out. Subscriptions of ended memberships are left out, and so are expired ones, which TTL hasn't
 * deleted yet.
 */
export async function subscriptionsOfRoom(
  chatRoomId: string,
  now: number,
  range?: SubscriptionRange,
): Promise<{ subscriptions: SubscriptionRow[]; rest?: SubscriptionRange }> {
  const [departed, { rows, rest }] = await Promise.all([
    // A range doesn't contain the departures, so they are read on their own.
    range === undefined ? [] : departuresOfRoom(chatRoomId),
    range === undefined ? firstPage(chatRoomId) : pageOf(chatRoomId, range),
  ])
  const ended = new Set([...departed, ...rows.filter(isDeparture).map(({ joinId }) => joinId)])
  const subscriptions = rows.filter(
    (row): row is Row & SubscriptionRow => !isDeparture(row) && row.expiresAt * 1_000 > now && !ended.has(row.joinId),
  )
  return { subscriptions, ...defined({ rest }) }
}

/** The attributes that the fan-out needs: a third of a row's bytes. */
type Row = Pick<EntityItem<typeof Subscription>, 'place' | 'connectionId' | 'userId' | 'joinId' | 'expiresAt'>

const isDeparture = ({ place }: Row): boolean => place.startsWith(DEPARTURE)

/**
 * Reads the departures, which come first, and a page of subscriptions. A page of departures only is followed by another
 * one.
 */
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

/**
 * Reads one page of a query that ElectroDB has built. Rows come by the thousand, so each is converted only once, here.
 */
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

/**
 * AP42. Returns the `joinId`s of the memberships in a room that have ended in the last two hours. Strongly consistent.
 */
export async function departuresOfRoom(chatRoomId: string): Promise<Set<string>> {
  const { data } = await Subscription.query
    .room({ partition: partitionOf(chatRoomId) })
    .begins({ place: DEPARTURE })
    .go({ consistent: true, pages: 'all' })
  return new Set(data.map(({ joinId }) => joinId))
}

/** Sorts after every hash. */
const AFTER_HASHES = 'g'

/**
 * AP143. Returns the subscriptions that haven't expired among the first `limit` of a room, and whether there may be
 * more. Eventually consistent, because nothing is posted to these connections.
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
