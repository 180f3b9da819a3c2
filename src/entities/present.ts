import { createWriteTransaction, Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { Connection } from './connection.ts'
import { client, service, table, verbatim } from './table.ts'
import { transact } from './transact.ts'

/**
 * Who is here, looking at a room, by which connection, until when. Key: ChatRoomId + UserId + ConnectionId, in a
 * partition of its own per room. The keys are attributes of their own, because these rows are read by the hundred.
 *
 * - AP134 `getPresent`: is this connection present?
 * - AP135 `putPresent`: it is from now on, with this
 * - AP136 `renewPresent`: for some minutes more, or with something else?
 * - AP137 `deletePresent`: no longer, and was it?
 * - AP138 `presentInRoom`: who is present? (a page)
 * - AP139 `deletePresentUser`: this user no longer, on any connection
 * - AP150 `endPlaces`: is a connection that is present there no longer free to be so elsewhere?
 */
export const Present = new Entity(
  {
    model: { entity: 'Present', version: '1', service },
    attributes: {
      /** `presence#<chatRoomId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /** `<userId>#<connectionId>` */
      place: { type: 'string', field: 'sk', required: true },
      /** What the others are shown, as JSON. */
      data: { type: 'string', field: 'Data' },
      /** Epoch milliseconds at which the connection entered. */
      since: { type: 'number', field: 'Since', required: true },
      /** Epoch milliseconds at which it entered, or changed `data`. */
      changedAt: { type: 'number', field: 'ChangedAt', required: true },
      /** Epoch milliseconds at which it ends, unless it is renewed. */
      until: { type: 'number', field: 'Until', required: true },
      /** Epoch milliseconds of a renewal: with it, the row says nothing new, and the stream's filter leaves it out. */
      renewedAt: { type: 'number', field: 'RenewedAt' },
      /** The membership that it stands on. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** The sort key of the connection's subscriptions: one session is posted to once. */
      session: { type: 'string', field: 'Session', required: true },
      /** Epoch seconds: after `until`. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { room: verbatim('partition', 'place') },
  },
  { table, client },
)

export type PresentRow = EntityItem<typeof Present>

/** A connection that is present in a room. */
export interface PresentKey {
  chatRoomId: string
  userId: string
  connectionId: string
}

const PARTITION = 'presence#'

export const presentPartition = (chatRoomId: string): string => PARTITION + chatRoomId

export const presentKey = ({ chatRoomId, userId, connectionId }: PresentKey) => ({
  partition: presentPartition(chatRoomId),
  place: `${userId}#${connectionId}`,
})

/** What a row is about: a user's id may contain a `#`, a connection's doesn't. */
export function presenceOf({ partition, place }: Pick<PresentRow, 'partition' | 'place'>): PresentKey {
  const end = place.lastIndexOf('#')
  return {
    chatRoomId: partition.slice(PARTITION.length),
    userId: place.slice(0, end),
    connectionId: place.slice(end + 1),
  }
}

/** What a row says beside its key. */
export interface Presence {
  since: number
  changedAt: number
  until: number
  joinId: string
  session: string
  data: string | undefined
}

/** TTL comes after the lease, so that what it deletes had ended. */
const expiryOf = (until: number): number => Math.ceil(until / 1_000) + 1

/** AP134. Consistent; also one that has ended and isn't deleted yet. */
export async function getPresent(key: PresentKey): Promise<PresentRow | undefined> {
  const { data } = await Present.get(presentKey(key)).go({ consistent: true })
  return data ?? undefined
}

/** AP135. */
export async function putPresent(key: PresentKey, presence: Presence): Promise<void> {
  const { data, ...more } = presence
  await Present.put({ ...presentKey(key), ...more, ...defined({ data }), expiresAt: expiryOf(presence.until) }).go()
}

/**
 * AP136. With other data it is a change that is told, and a renewal otherwise.
 *
 * @returns false when it isn't there any more, or says something else than before: whatever ended it holds
 */
export async function renewPresent(
  key: PresentKey,
  before: Pick<Presence, 'changedAt' | 'joinId'> & { data?: string | undefined },
  { until, data }: Pick<Presence, 'until' | 'data'>,
  now: number,
): Promise<boolean> {
  const isSame = data === before.data
  const { rejected } = await Present.patch(presentKey(key))
    .set({
      until,
      expiresAt: expiryOf(until),
      ...(isSame ? { renewedAt: now } : { changedAt: now, ...defined({ data }) }),
    })
    .remove(isSame ? [] : ['renewedAt'])
    .where((row, { eq }) => `${eq(row.changedAt, before.changedAt)} AND ${eq(row.joinId, before.joinId)}`)
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP137. @returns whether it was there */
export async function deletePresent(key: PresentKey): Promise<boolean> {
  const { data } = await Present.delete(presentKey(key)).go({ response: 'all_old' })
  return data !== null
}

/** AP138. The first `limit` by user id, consistent, without those that have ended; and whether there may be more. */
export async function presentInRoom(
  chatRoomId: string,
  limit: number,
  now: number,
): Promise<{ rows: PresentRow[]; hasMore: boolean }> {
  const { data } = await Present.query
    .room({ partition: presentPartition(chatRoomId) })
    .go({ consistent: true, limit, pages: 1 })
  return { rows: data.filter(({ until }) => until > now), hasMore: data.length === limit }
}

/** So many rows of one user are deleted at most; others end by themselves. */
const MAX_OF_USER = 100

/** AP139. Of this membership: who has come back meanwhile stays. */
export async function deletePresentUser({
  chatRoomId,
  userId,
  joinId,
}: {
  chatRoomId: string
  userId: string
  joinId: string
}): Promise<void> {
  const { data } = await Present.query
    .room({ partition: presentPartition(chatRoomId) })
    .begins({ place: `${userId}#` })
    .go({ consistent: true, limit: MAX_OF_USER, pages: 1 })
  const own = data.filter((row) => presenceOf(row).userId === userId)
  await Promise.all(
    own.map(({ partition, place }) =>
      Present.delete({ partition, place })
        .where((row, { eq }) => eq(row.joinId, joinId))
        .go({ returnOnConditionCheckFailure: true }),
    ),
  )
}

/**
 * AP150. Takes rooms out of those of a connection, if it is present in none of them: a presence that has ended is
 * deleted along with its place. So a presence that is there always has one.
 *
 * @returns false when nothing was written: it is present in one of them again, or has been deleted
 * @throws Unavailable when nothing was written
 */
export async function endPlaces(
  { userId, connectionId }: Pick<PresentKey, 'userId' | 'connectionId'>,
  chatRoomIds: readonly string[],
  now: number,
): Promise<boolean> {
  const transaction = createWriteTransaction({ Connection, Present }, (tx) => [
    tx.Connection.patch({ connectionId })
      .delete({ presentIn: [...chatRoomIds] })
      .commit(),
    ...chatRoomIds.map((chatRoomId) =>
      tx.Present.delete(presentKey({ chatRoomId, userId, connectionId }))
        .where(({ until }, { notExists, lte }) => `${notExists(until)} OR ${lte(until, now)}`)
        .commit(),
    ),
  ])
  const { canceled } = await transact('end the presence', () => transaction.go())
  return !canceled
}
