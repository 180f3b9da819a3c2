import { createWriteTransaction, type EntityItem } from 'electrodb'
import { Conflict } from '../errors.ts'
import { Job, type JobRow } from './job.ts'
import { client, table } from './table.ts'
import { transact } from './transact.ts'
import { untilProcessed } from './until-processed.ts'
import { FOR_GOOD, User } from './user.ts'

/**
 * The erasure of users: its record, and access to all rows of the table as they are stored.
 *
 * - AP144 `startErasure`: erase a user
 * - AP145 `erasuresOf`: which of these users were erased, and how?
 * - AP146 `scanRows`: which rows are there? (a page of a part of the table)
 * - AP147 `deleteRow`: delete this row
 * - AP148 `changeRow`: change this row, if it is as it was read
 */
const entities = { Job, User }

/** The record of an erasure. */
export type Erasure = Required<Pick<EntityItem<typeof User>, 'userId' | 'erasedAt' | 'erasure' | 'erasedAs'>>

/**
 * AP144. Starts the erasure of a user. One transaction writes three rows. The record takes the place of the user's
 * profile and keeps the user out permanently. The row of `erasedAs`, the id that stands for the user, keeps everybody
 * from using that id, and shows that it belongs to an erased user. The third row is the job.
 *
 * @param by the backend that asks for the erasure
 * @throws Unavailable when the table is too busy; nothing was written
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

/** The row of an erased user, or of the id that stands for one. The latter has neither `erasure` nor `erasedAs`. */
type Erased = Pick<Erasure, 'userId' | 'erasedAt'> & Partial<Erasure>

/**
 * AP145. Returns the rows of those of these users who were erased, in no order.
 *
 * @param how `consistent: false` costs half, and may miss an erasure of the last second
 */
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

/** Returns those of these users who were erased. AP145. */
export async function erasedAmong(
  userIds: readonly string[],
  how?: { consistent: false },
): Promise<ReadonlySet<string>> {
  return new Set((await erasuresOf(userIds, how)).map(({ userId }) => userId))
}

/**
 * Makes sure that the user was not erased, before something is written that names them. AP145.
 *
 * @param what the thing that can't be done then, for the error message
 * @throws Conflict when the user was erased
 */
export async function requireNotErased(userId: string, what: string): Promise<void> {
  if ((await erasedAmong([userId])).has(userId)) throw new Conflict(`unable to ${what}; the user was erased`)
}

/** A row of any entity, as it is stored. */
export interface StoredRow {
  pk: string
  sk: string
  __edb_e__: string
  [field: string]: unknown
}

export type StoredKey = Pick<StoredRow, 'pk' | 'sk'>

/** One of the parts of the table that are scanned in parallel: number `index` (from 0) of `of`. */
export interface Segment {
  index: number
  of: number
}

/**
 * AP146. Returns a page of a part of the table, and where the next page begins. Eventually consistent: rows of the last
 * second may be missing. Costs half a read unit for 4 KB.
 */
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

/** AP147. Deletes a row, whatever it is. */
export async function deleteRow({ pk, sk }: StoredKey): Promise<void> {
  await client.send('DeleteItem', { TableName: table, Key: { pk, sk } })
}

/**
 * AP148. Changes fields of a row, if each of them is still as it was read. So it never undoes another write, and never
 * makes a row.
 *
 * @param row the row as it was read
 * @param to the new values by field; undefined removes a field
 * @returns false when the row has changed or is gone
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
