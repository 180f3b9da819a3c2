import { createWriteTransaction, Entity, type EntityItem } from 'electrodb'
import { client, own, service, table, verbatim } from './table.ts'
import { transact } from './transact.ts'

/**
 * How far a room's change log goes. Key: ChatRoomId, in the partition of the log. Written with every entry in one
 * transaction, so that the log has neither a hole nor an entry that nobody finds.
 *
 * - AP88 `getHeadRev`: which number has the newest change of this room?
 * - AP89 `appendChanges`: are these the next changes, if nobody has appended others in between?
 * - AP120 `setPending`: from which change on is the room still to be told?
 * - AP121 `clearPending`: from which one after this?
 * - AP80 `getPending`: which changes is the room still to be told?
 */
export const ChangeHead = new Entity(
  {
    model: { entity: 'ChangeHead', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      rev: { type: 'number', field: 'Rev', required: true },
      /** In a huge room, the first change that it has not been told; it is told with the next message. */
      pending: { type: 'number', field: 'Pending' },
    },
    indexes: { head: own('changes', ['chatRoomId'], [], 'head') },
  },
  { table, client },
)

/** `m` is a message's, `r` the room's, `u` a member's, `c` the clearing of its history, `e` the erasure of a user. */
type ChangedThing = 'm' | 'r' | 'u' | 'c' | 'e'

/**
 * Something in a room has changed. The row says only what: how it is now stands in its own row, so the log has no
 * content, and who reads it never reads what is out of date.
 *
 * - AP91 `changesAfter`: what has changed after this number? (a page)
 */
export const Change = new Entity(
  {
    model: { entity: 'Change', version: '1', service },
    attributes: {
      /** `changes#<chatRoomId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /** The number in the log, as 16 digits. */
      place: { type: 'string', field: 'sk', required: true },
      what: { type: ['m', 'r', 'u', 'c', 'e'] as const, field: 'What', required: true },
      /** A message's or a user's id, or a seq; of the room empty. */
      id: { type: 'string', field: 'Id', required: true },
      /** Epoch seconds, the table's TTL: 30 days. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { room: verbatim('partition', 'place') },
  },
  { table, client },
)

/** As it is stored. */
export type ChangeItem = EntityItem<typeof Change>

export interface Changed {
  what: ChangedThing
  id: string
}

export interface ChangeRow extends Changed {
  rev: number
}

const LIFETIME_SECONDS = 30 * 24 * 60 * 60
const DIGITS = 16

export const changesPartition = (chatRoomId: string) => `changes#${chatRoomId}`
const placeOf = (rev: number) => String(rev).padStart(DIGITS, '0')

/** AP88. 0 when nothing has changed yet. */
export async function getHeadRev(chatRoomId: string): Promise<number> {
  const { data } = await ChangeHead.get({ chatRoomId }).go({ consistent: true })
  return data?.rev ?? 0
}

/** AP120. One that is set already stays. */
export async function setPending(chatRoomId: string, rev: number): Promise<void> {
  await ChangeHead.patch({ chatRoomId })
    .set({ pending: rev })
    .where(({ pending }, { notExists }) => notExists(pending))
    .go({ returnOnConditionCheckFailure: true })
}

/** AP80. Undefined when it has been told all. */
export async function getPending(chatRoomId: string): Promise<{ first: number; last: number } | undefined> {
  const { data } = await ChangeHead.get({ chatRoomId }).go({ consistent: true })
  return data?.pending === undefined ? undefined : { first: data.pending, last: data.rev }
}

/** AP121. Those that were told; what was noted in between is pending still. */
export async function clearPending(
  chatRoomId: string,
  { first, last }: { first: number; last: number },
): Promise<void> {
  const { rejected, data } = await ChangeHead.patch({ chatRoomId })
    .remove(['pending'])
    .where((row, { eq }) => `${eq(row.pending, first)} AND ${eq(row.rev, last)}`)
    .go({ returnOnConditionCheckFailure: 'all_old' })
  if (!rejected || data?.pending !== first) return
  await ChangeHead.patch({ chatRoomId })
    .set({ pending: last + 1 })
    .where(({ pending }, { eq }) => eq(pending, first))
    .go({ returnOnConditionCheckFailure: true })
}

/** In one transaction, with the head: DynamoDB allows 100 items. */
export const MAX_APPENDED = 99

/**
 * AP89. One transaction: entries and head, all or nothing.
 *
 * @param head as it was read
 * @param changes at most 99
 * @param now epoch milliseconds
 * @returns false when the head is another one by now
 * @throws Unavailable when nothing was written
 */
export async function appendChanges(
  chatRoomId: string,
  head: number,
  changes: readonly Changed[],
  now: number,
): Promise<boolean> {
  const partition = changesPartition(chatRoomId)
  const expiresAt = Math.floor(now / 1_000) + LIFETIME_SECONDS
  const transaction = createWriteTransaction({ Change, ChangeHead }, (tx) => [
    tx.ChangeHead.update({ chatRoomId })
      .set({ rev: head + changes.length })
      .where(({ rev }, { eq, notExists }) => (head === 0 ? notExists(rev) : eq(rev, head)))
      .commit(),
    ...changes.map(({ what, id }, i) =>
      tx.Change.put({ partition, place: placeOf(head + 1 + i), what, id, expiresAt }).commit(),
    ),
  ])
  const { canceled } = await transact('note the changes', () => transaction.go())
  return !canceled
}

/** AP91. Up to `head`, in the order of their numbers, at most `limit`, consistent. */
export async function changesAfter(
  chatRoomId: string,
  { after, head, limit }: { after: number; head: number; limit: number },
): Promise<ChangeRow[]> {
  const { data } = await Change.query
    .room({ partition: changesPartition(chatRoomId) })
    .between({ place: placeOf(after + 1) }, { place: placeOf(head) })
    .go({ consistent: true, limit, count: limit, pages: 'all' })
  return data.map(({ place, what, id }) => ({ rev: Number(place), what, id }))
}
