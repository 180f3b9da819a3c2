import { createHash } from 'node:crypto'
import { Entity, type EntityItem } from 'electrodb'
import { untilProcessed } from './until-processed.ts'
import { client, own, ownGsi1, service, table } from './table.ts'

/**
 * A connection that receives a room's events. Key: ChatRoomId + ConnectionId. Each room has one partition for its
 * subscriptions; the sort key starts with two hex digits of the connection id's hash, so that a huge room can be read
 * in parallel ranges.
 *
 * - AP14 `subscribe`: from when on does this connection receive the room's events?
 * - AP15 `unsubscribe`: until when?
 * - AP16 `subscriptionsOfRoom`: who receives this event? (a page, in hash order)
 * - AP17 `subscriptionsOfConnection`: what is to be cleaned up after it?
 */
export const Subscription = new Entity(
  {
    model: { entity: 'Subscription', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      connectionId: { type: 'string', field: 'ConnectionId', required: true },
      hash: { type: 'string', field: 'Hash', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      /** The membership because of which the connection is subscribed. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** Epoch seconds, the table's TTL; the same as the Connection's. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: {
      room: own('subscriptions', ['chatRoomId'], ['hash', 'connectionId']),
      byConnection: ownGsi1('connection', ['connectionId'], ['chatRoomId']),
    },
  },
  { table, client },
)

/** Without `hash`, which follows from the connection id. */
export type SubscriptionRow = Omit<EntityItem<typeof Subscription>, 'hash'>

const hashOf = (connectionId: string) => createHash('sha256').update(connectionId).digest('hex').slice(0, 2)

const keyOf = ({ chatRoomId, connectionId }: { chatRoomId: string; connectionId: string }) => ({
  chatRoomId,
  connectionId,
  hash: hashOf(connectionId),
})

/** The whole item. */
export const subscriptionItem = (subscription: SubscriptionRow) => ({
  ...subscription,
  hash: hashOf(subscription.connectionId),
})

/** AP14. */
export async function subscribe(subscriptions: readonly SubscriptionRow[]): Promise<void> {
  const rows = subscriptions.map(subscriptionItem)
  if (rows.length === 1) {
    await Subscription.put(rows[0]!).go()
    return
  }
  await untilProcessed(rows, async (left) => {
    const { unprocessed } = await Subscription.put(left).go({ concurrent: 4 })
    const again = new Set(unprocessed.map((key) => `${key.chatRoomId} ${key.connectionId}`))
    return { unprocessed: left.filter((row) => again.has(`${row.chatRoomId} ${row.connectionId}`)) }
  })
}

/**
 * AP15. With `joinId`, deletes the subscription only if it belongs to that membership: a user who left and joined again
 * keeps the subscriptions of the second join.
 */
export async function unsubscribe(
  subscription: { chatRoomId: string; connectionId: string },
  joinId?: string,
): Promise<void> {
  const deletion = Subscription.delete(keyOf(subscription))
  if (joinId === undefined) {
    await deletion.go()
    return
  }
  await deletion.where((row, { eq }) => eq(row.joinId, joinId)).go({ returnOnConditionCheckFailure: true })
}

/** A part of a room's subscriptions in hash order: from after a sort key to the last connection of a hash. */
export interface SubscriptionRange {
  /** Exclusive: `<hash>#<connectionId>`, or `<hash>#~` for all of a hash. */
  after: string
  /** Inclusive: two hex digits. */
  through: string
}

/** Sorts after every connection id. */
export const LAST_ID = '~'

/**
 * AP16. One page (about 1 MB, some 3,000 connections) of the room's live subscriptions, or of a range of them; `rest`
 * is the range of those that follow, if there are any. The read is consistent, so a subscription that was acknowledged
 * before a message was written is in that message's fan-out. An expired row that TTL hasn't deleted yet is left out:
 * its token or its connection has ended.
 */
export async function subscriptionsOfRoom(
  chatRoomId: string,
  now: number,
  range?: SubscriptionRange,
): Promise<{ subscriptions: SubscriptionRow[]; rest?: SubscriptionRange }> {
  const { room } = Subscription.query
  const { data, cursor } = await (
    range === undefined
      ? room({ chatRoomId })
      : room({ chatRoomId }).between(sortKeyOf(range.after), { hash: range.through, connectionId: LAST_ID })
  ).go({ consistent: true })
  // `between` includes its lower bound.
  const rows = data.filter((row) => `${row.hash}#${row.connectionId}` !== range?.after)
  const subscriptions = rows.filter((row) => row.expiresAt * 1_000 > now)
  const last = data.at(-1)
  if (cursor === null || last === undefined) return { subscriptions }
  return { subscriptions, rest: { after: `${last.hash}#${last.connectionId}`, through: range?.through ?? 'ff' } }
}

const sortKeyOf = (key: string) => ({ hash: key.slice(0, 2), connectionId: key.slice(3) })

/**
 * AP17. From the index, which may be a moment behind. A subscription that is missed is deleted at its first 410, or by
 * TTL.
 */
export async function subscriptionsOfConnection(connectionId: string): Promise<SubscriptionRow[]> {
  const { data } = await Subscription.query.byConnection({ connectionId }).go({ pages: 'all' })
  return data
}
