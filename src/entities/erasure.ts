import { createWriteTransaction, type EntityItem } from 'electrodb'
import { Conflict } from '../errors.ts'
import { Job, type JobRow } from './job.ts'
import { client, table } from './table.ts'
import { transact } from './transact.ts'
import { untilProcessed } from './until-processed.ts'
import { FOR_GOOD, User } from './user.ts'

/**
 * The erasure of users: the record of it, and the rows of the table as they are stored, whatever they are.
 *
 * - AP144 `startErasure`: is this user erased from now on?
 * - AP145 `erasuresOf`: which of these users were erased, and how?
 * - AP146 `scanRows`: which rows are there? (a page of a part of the table)
 * - AP147 `deleteRow`: is this row gone from now on?
 * - AP148 `changeRow`: does this row say something else from now on, if it says what it said?
 */
const entities = { Job, User }

/** Of the record. */
export type Erasure = Required<Pick<EntityItem<typeof User>, 'userId' | 'erasedAt' | 'erasure' | 'erasedAs'>>

/**
 * AP144. One transaction: the record, in place of all that is known of the user, which keeps them out for good; a row
 * for the id that stands for them, which is nobody's from now on, and says so to whoever asks; and the job.
 *
 * @param by the backend that asks for it
 * @throws Unavailable when nothing was written
 */
export async function startErasure(erasure: Erasure, by: string, job: JobRow): Promise<void> {
  const record = { ...erasure, blockedUntil: FOR_GOOD, blockedBy: by, blockedAt: erasure.erasedAt }
  const { erasedAs, erasedAt } = erasure
  const nobody = { userId: erasedAs, erasedAt, blockedUntil: FOR_GOOD }
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.User.put(record).commit(),
    tx.User.put(nobody).commit(),
    tx.Job.put(job).commit(),
  ])
  await transact('erase the user', () => transaction.go())
}

/** Of the record, or of the id that stands for an erased user, which has neither `erasure` nor `erasedAs`. */
type Erased = Pick<Erasure, 'userId' | 'erasedAt'> & Partial<Erasure>

/** AP145. In no order. */
export async function erasuresOf(userIds: readonly string[], { consistent = true } = {}): Promise<Erased[]> {
  const found: Erased[] = []
  await untilProcessed([...new Set(userIds)], async (left) => {
    const { data, unprocessed } = await User.get(left.map((userId) => ({ userId }))).go({
      consistent,
      attributes: ['userId', 'erasedAt', 'erasure', 'erasedAs'],
    })
    found.push(...data.filter((row): row is Erased => row.erasedAt !== undefined))
    return { unprocessed: unprocessed.map(({ userId }) => userId) }
  })
  return found
}

/** Which of these users were erased. AP145. */
export async function erasedAmong(
  userIds: readonly string[],
  how?: { consistent: false },
): Promise<ReadonlySet<string>> {
  return new Set((await erasuresOf(userIds, how)).map(({ userId }) => userId))
}

/**
 * Nothing is to be written that names who was erased. AP145.
 *
 * @param what can't be done then, for the message
 * @throws Conflict when the user was erased
 */
export async function requireNotErased(userId: string, what: string): Promise<void> {
  if ((await erasedAmong([userId])).has(userId)) throw new Conflict(`unable to ${what}; the user was erased`)
}

/** A row as it is stored. */
export interface StoredRow {
  pk: string
  sk: string
  __edb_e__: string
  [field: string]: unknown
}

export type StoredKey = Pick<StoredRow, 'pk' | 'sk'>

/** A part of the table that is scanned beside the others: the `index`th of `of`. */
export interface Segment {
  index: number
  of: number
}

/** AP146. Not consistent: what was written less than a second ago may be missing. Half a unit for 4 KB. */
export async function scanRows(
  { index, of }: Segment,
  { after, limit }: { after?: StoredKey | undefined; limit: number },
): Promise<{ rows: StoredRow[]; next?: StoredKey }> {
  const { Items = [], LastEvaluatedKey } = await client.send('Scan', {
    TableName: table,
    Segment: index,
    TotalSegments: of,
    Limit: limit,
    ...(after === undefined ? {} : { ExclusiveStartKey: { ...after } }),
  })
  const next = LastEvaluatedKey as StoredKey | undefined
  return { rows: Items as StoredRow[], ...(next === undefined ? {} : { next }) }
}

/** AP147. */
export async function deleteRow({ pk, sk }: StoredKey): Promise<void> {
  await client.send('DeleteItem', { TableName: table, Key: { pk, sk } })
}

/**
 * AP148. Only while each of these fields is as it was read, so that nothing is taken back and no row is made.
 *
 * @param to by field; undefined takes it away
 * @returns false when the row is another one by now
 */
export async function changeRow(row: StoredRow, to: Record<string, unknown>): Promise<boolean> {
  const fields = Object.keys(to)
  const set = fields.flatMap((field, i) => (to[field] === undefined ? [] : [`#${i} = :new${i}`]))
  const removed = fields.flatMap((field, i) => (to[field] === undefined ? [`#${i}`] : []))
  const { pk, sk } = row
  try {
    await client.send('UpdateItem', {
      TableName: table,
      Key: { pk, sk },
      UpdateExpression: [
        ...(set.length > 0 ? [`SET ${set.join(', ')}`] : []),
        ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
      ].join(' '),
      ConditionExpression: fields.map((_, i) => `#${i} = :old${i}`).join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(fields.map((field, i) => [`#${i}`, field])),
      ExpressionAttributeValues: Object.fromEntries<unknown>(
        fields.flatMap((field, i): [string, unknown][] => [
          [`:old${i}`, row[field]],
          ...(to[field] === undefined ? [] : ([[`:new${i}`, to[field]]] as [string, unknown][])),
        ]),
      ),
    })
    return true
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return false
    throw error
  }
}
