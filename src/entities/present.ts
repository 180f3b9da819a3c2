import { createWriteTransaction, Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { Connection } from './connection.ts'
import { client, service, table, verbatim } from './table.ts'
import { transact } from './transact.ts'

/**
 * A presence: a connection whose user is looking at a room, and until when that holds. Key: ChatRoomId + UserId +
 * ConnectionId, in a partition of its own for each room. The keys are attributes themselves and stored once, because
 * these rows are read by the hundred.
 *
 * - AP134 `getPresent`: is this connection present?
 * - AP135 `putPresent`: show a connection as present
 * - AP136 `renewPresent`: extend a presence, or change its data
 * - AP137 `deletePresent`: end a presence
 * - AP138 `presentInRoom`: who is present? (a page)
 * - AP139 `deletePresentUser`: end the presences of a user on all connections
 * - AP150 `endPlaces`: free the places of a connection's presences that have ended
 * - AP158 `presentOfUser`: on which connections is this user present? (some)
 */
export const Present = new Entity(
  {
    model: { entity: 'Present', version: '1', service },
    attributes: {
      /** `presence#<chatRoomId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /** `<userId>#<connectionId>` */
      place: { type: 'string', field: 'sk', required: true },
      /** JSON of what the others see: set by this connection, or taken over from another one when it entered. */
      data: { type: 'string', field: 'Data' },
      /** Epoch milliseconds at which the connection entered. */
      since: { type: 'number', field: 'Since', required: true },
      /** Epoch milliseconds at which the user became present, if that was earlier, on another connection. */
      userSince: { type: 'number', field: 'UserSince' },
      /** Epoch milliseconds at which `data` was last set, or at which the connection entered without any. */
      changedAt: { type: 'number', field: 'ChangedAt', required: true },
      /** Epoch milliseconds at which the presence ends, unless it is renewed. */
      until: { type: 'number', field: 'Until', required: true },
      /**
       * Epoch milliseconds of the last renewal. A row that has it says nothing new, so the stream's filter leaves it
       * out.
       */
      renewedAt: { type: 'number', field: 'RenewedAt' },
      /** The membership that the presence belongs to. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** The sort key of the connection's subscriptions, so that each session receives one post. */
      session: { type: 'string', field: 'Session', required: true },
      /** Epoch seconds, the table's TTL: after `until`. */
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

/** Returns the presence that a row is about. A user's id may contain a `#`; a connection's id doesn't. */
export function presenceOf({ partition, place }: Pick<PresentRow, 'partition' | 'place'>): PresentKey {
  const end = place.lastIndexOf('#')
  return {
    chatRoomId: partition.slice(PARTITION.length),
    userId: place.slice(0, end),
    connectionId: place.slice(end + 1),
  }
}

/** The attributes of a presence beside its key. */
export interface Presence {
  since: number
  userSince?: number | undefined
  changedAt: number
  until: number
  joinId: string
  session: string
  data: string | undefined
}

/** TTL deletes a presence only after its end, so a deletion by TTL ends nothing. */
const expiryOf = (until: number): number => Math.ceil(until / 1_000) + 1

/**
 * AP134. Returns a presence, or undefined if there is none. It may have ended without being deleted yet. Strongly
 * consistent.
 */
export async function getPresent(key: PresentKey): Promise<PresentRow | undefined> {
  const { data } = await Present.get(presentKey(key)).go({ consistent: true })
  return data ?? undefined
}

/** AP135. Shows a connection as present. */
export async function putPresent(key: PresentKey, presence: Presence): Promise<void> {
  const { data, userSince, ...more } = presence
  const optional = defined({ data, userSince })
  await Present.put({ ...presentKey(key), ...more, ...optional, expiresAt: expiryOf(presence.until) }).go()
}

/**
 * AP136. Extends a presence, or sets its data.
 *
 * @param before the presence as it was read; `changedAt` and `joinId` must still be the same
 * @param wanted `data`: sets it, which the others receive; undefined for a renewal, which they don't receive
 * @returns false if the presence was ended or changed meanwhile; it then stays as it is
 */
export async function renewPresent(
  key: PresentKey,
  before: Pick<Presence, 'changedAt' | 'joinId'>,
  { until, data }: Pick<Presence, 'until' | 'data'>,
  now: number,
): Promise<boolean> {
  const isRenewal = data === undefined
  const { rejected } = await Present.patch(presentKey(key))
    .set({ until, expiresAt: expiryOf(until), ...(isRenewal ? { renewedAt: now } : { changedAt: now, data }) })
    .remove(isRenewal ? [] : ['renewedAt'])
    .where((row, { eq }) => `${eq(row.changedAt, before.changedAt)} AND ${eq(row.joinId, before.joinId)}`)
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP137. Ends a presence. Returns false if there was none. */
export async function deletePresent(key: PresentKey): Promise<boolean> {
  const { data } = await Present.delete(presentKey(key)).go({ response: 'all_old' })
  return data !== null
}

/**
 * AP138. Returns the presences among a room's first `limit` rows, by user id, and whether there may be more. Those that
 * have ended are left out. Strongly consistent.
 */
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

/** Rows of one user that are read to show them: as many as a user has connections by default. */
const SOME_OF_USER = 20

/**
 * AP158. Returns the presences of a user in a room, on some of their connections. Those that have ended are left out,
 * and so are those of another membership. Strongly consistent.
 */
export async function presentOfUser(
  { chatRoomId, userId }: Pick<PresentKey, 'chatRoomId' | 'userId'>,
  joinId: string,
  now: number,
): Promise<PresentRow[]> {
  const rows = await rowsOfUser({ chatRoomId, userId }, SOME_OF_USER)
  return rows.filter((row) => row.until > now && row.joinId === joinId)
}

async function rowsOfUser(
  { chatRoomId, userId }: Pick<PresentKey, 'chatRoomId' | 'userId'>,
  limit: number,
): Promise<PresentRow[]> {
  const { data } = await Present.query
    .room({ partition: presentPartition(chatRoomId) })
    .begins({ place: `${userId}#` })
    .go({ consistent: true, limit, pages: 1 })
  // Another user's id may begin like this place.
  return data.filter((row) => presenceOf(row).userId === userId)
}

/** Rows of one user that are deleted at most. Further ones end by themselves. */
const MAX_OF_USER = 100

/**
 * AP139. Ends a user's presences in a room, on all connections, if they belong to this membership. The presences of a
 * later membership stay.
 */
export async function deletePresentUser({
  chatRoomId,
  userId,
  joinId,
}: {
  chatRoomId: string
  userId: string
  joinId: string
}): Promise<void> {
  const own = await rowsOfUser({ chatRoomId, userId }, MAX_OF_USER)
  await Promise.all(
    own.map(({ partition, place }) =>
      Present.delete({ partition, place })
        .where((row, { eq }) => eq(row.joinId, joinId))
        .go({ returnOnConditionCheckFailure: true }),
    ),
  )
}

/**
 * AP150. Takes rooms out of `PresentIn` of a connection, if its presences in all of them have ended, and deletes these
 * presences in the same transaction. So every presence always has its place in `PresentIn`.
 *
 * @returns false when nothing was written: the connection is present in one of the rooms again, or has been deleted
 * @throws Unavailable when the table is too busy; nothing was written
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
