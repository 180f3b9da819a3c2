import { createWriteTransaction, Entity, type EntityItem } from 'electrodb'
import { client, own, service, table, verbatim } from './table.ts'
import { transact } from './transact.ts'

/**
 * How far a room's change log goes. Key: ChatRoomId, in the partition of the log. It is written in one transaction with
 * each new entry, so the log has no hole, and no entry lies beyond its head.
 *
 * - AP88 `getHeadRev`: what is the number of this room's newest change?
 * - AP89 `appendChanges`: append these changes, if nobody has appended others in between
 * - AP120 `setPending`: note the first change that the room's connections have not received
 * - AP121 `clearPending`: note that they have received these changes
 * - AP80 `getPending`: which changes have the room's connections not received?
 */
export const ChangeHead = new Entity(
  {
    model: { entity: 'ChangeHead', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      rev: { type: 'number', field: 'Rev', required: true },
      /**
       * In a huge room, the first change that its connections have not received. It is delivered with the next message.
       */
      pending: { type: 'number', field: 'Pending' },
    },
    indexes: { head: own('changes', ['chatRoomId'], [], 'head') },
  },
  { table, client },
)

/**
 * What a change is about: `m` a message, `r` the room, `u` a member, `c` the clearing of the history, `e` the erasure
 * of a user.
 */
type ChangedThing = 'm' | 'r' | 'u' | 'c' | 'e'

/**
 * An entry of a room's change log. It names what has changed and has no content: readers look at the changed row as it
 * is now, so they never see outdated content. Key: ChatRoomId + Rev, in the partition of the log.
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
      /** A message's or a user's id, or a seq. Empty if the room itself has changed. */
      id: { type: 'string', field: 'Id', required: true },
      /** Epoch seconds, the table's TTL: 30 days. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { room: verbatim('partition', 'place') },
  },
  { table, client },
)

/** An entry as it is stored. */
export type ChangeItem = EntityItem<typeof Change>

/** What has changed, without its number in the log. */
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

/** AP88. Returns the number of a room's newest change, 0 if there is none. Strongly consistent. */
export async function getHeadRev(chatRoomId: string): Promise<number> {
  const { data } = await ChangeHead.get({ chatRoomId }).go({ consistent: true })
  return data?.rev ?? 0
}

/**
 * AP120. Notes `rev` as the first change that the room's connections have not received, unless an earlier one is noted.
 */
export async function setPending(chatRoomId: string, rev: number): Promise<void> {
  await ChangeHead.patch({ chatRoomId })
    .set({ pending: rev })
    .where(({ pending }, { notExists }) => notExists(pending))
    .go({ returnOnConditionCheckFailure: true })
}

/**
 * AP80. Returns the first and the last change that the room's connections have not received, or undefined if they have
 * received all. Strongly consistent.
 */
export async function getPending(chatRoomId: string): Promise<{ first: number; last: number } | undefined> {
  const { data } = await ChangeHead.get({ chatRoomId }).go({ consistent: true })
  return data?.pending === undefined ? undefined : { first: data.pending, last: data.rev }
}

/**
 * AP121. Notes that the changes from `first` to `last` were delivered. Changes that were appended meanwhile stay
 * pending.
 */
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

/** Changes that one transaction appends. DynamoDB allows 100 items in one, and the head is one of them. */
export const MAX_APPENDED = 99

/**
 * AP89. Appends changes to a room's log and raises its head, all in one transaction.
 *
 * @param head the head as it was read
 * @param changes at most 99
 * @param now epoch milliseconds
 * @returns false when the head has changed meanwhile
 * @throws Unavailable when the table is too busy; nothing was written
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

/**
 * AP91. Returns the changes after `after`, up to `head`, in the order of their numbers, at most `limit`. Strongly
 * consistent.
 */
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
