import { Entity, type EntityItem } from 'electrodb'
import { ChatRoom } from './chat-room.ts'
import { Membership } from './membership.ts'
import { client, own, service, table } from './table.ts'

/**
 * How many members a large room has: an upper bound, which joins are checked by, and the number that is shown. For the
 * bound, joins are counted and leaves are not, so the janitor counts the members again once somebody was refused. The
 * number that is shown follows the joins and leaves in the stream, and is corrected by each count. Key: ChatRoomId, in
 * a partition apart from the room's hot one. A room that never had more than a thousand members has none.
 *
 * - AP82 `takePlaces`: is there room for this many more members?
 * - AP83 `startCounting`: count the members from now on
 * - AP84 `endCounting`: correct the count by what was found
 * - AP85 `countPage`: how many members are there? (a page)
 * - AP160 `moveMembers`: so many more have joined and left
 */
export const RoomSize = new Entity(
  {
    model: { entity: 'RoomSize', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      members: { type: 'number', field: 'Members', required: true },
      /** When the last count ended, epoch milliseconds; 0 while the first one lasts. */
      countedAt: { type: 'number', field: 'CountedAt', required: true },
      /** The number that is shown. Absent until the first count ends, unless something is known before. */
      shown: { type: 'number', field: 'Shown' },
      /** Joins and leaves since the last count. */
      moves: { type: 'number', field: 'Moves' },
    },
    indexes: { room: own('members', ['chatRoomId'], [], 'count') },
  },
  { table, client },
)

export type SizeRow = EntityItem<typeof RoomSize>

/**
 * AP82. Takes places for `count` members. Returns the counter, and takes none, if there isn't room for all of them.
 *
 * @param most the room's limit
 */
export async function takePlaces(chatRoomId: string, count: number, most: number): Promise<'taken' | SizeRow> {
  const { rejected, data } = await RoomSize.patch({ chatRoomId })
    .add({ members: count })
    .where((row, { lte }) => lte(row.members, most - count))
    .go({ returnOnConditionCheckFailure: 'all_old' })
  if (!rejected) return 'taken'
  return data ?? { chatRoomId, members: most, countedAt: 0 }
}

/**
 * AP83. Counts who joins from now on. Notes it on the room, which every join reads anyway. Changes nothing in a counter
 * that exists, so it disturbs no count.
 *
 * @param shown what a new counter shows until the first count ends; by default, nothing
 * @returns the counter. A new one counts only those who join from now on, until `endCounting` adds the others
 */
export async function startCounting(chatRoomId: string, shown?: number): Promise<SizeRow> {
  const { data } = await RoomSize.update({ chatRoomId })
    .add({ members: 0 })
    .data((row, { ifNotExists }) => {
      ifNotExists(row.countedAt, 0)
      if (shown !== undefined) ifNotExists(row.shown, shown)
    })
    .go({ response: 'all_new' })
  // After the counter, so that whoever reads the note finds the counter.
  await ChatRoom.patch({ chatRoomId }).set({ counted: true }).go({ returnOnConditionCheckFailure: true })
  return data as SizeRow
}

/**
 * AP84. Corrects the counter by what a count has found. Does nothing if another count has ended since: the counter is
 * then correct, and no longer the one that this count started from.
 *
 * @param started the counter as it was when this count started
 * @param found the members that the count has found
 * @returns the number that is shown now, whichever count has found it; undefined if the counter is gone
 */
export async function endCounting(
  { chatRoomId, members, countedAt }: SizeRow,
  found: number,
  now: number,
): Promise<number | undefined> {
  const { rejected, data } = await RoomSize.patch({ chatRoomId })
    .add({ members: found - members })
    .set({ countedAt: now, shown: found, moves: 0 })
    .where((row, { eq }) => eq(row.countedAt, countedAt))
    .go({ returnOnConditionCheckFailure: 'all_old' })
  return rejected ? data?.shown : found
}

/**
 * AP160. Moves the number that is shown. A record that comes twice moves it twice; `moves` says how often it moved.
 *
 * @returns the number, how many joins and leaves there were since the last count, and when that ended; undefined if
 *   nothing is known yet
 */
export async function moveMembers(
  chatRoomId: string,
  { joined, left }: { joined: number; left: number },
): Promise<{ shown: number; moves: number; countedAt: number } | undefined> {
  const { data, rejected } = await RoomSize.patch({ chatRoomId })
    .add({ shown: joined - left, moves: joined + left })
    .where(({ shown }, { exists }) => exists(shown))
    .go({ response: 'all_new', returnOnConditionCheckFailure: true })
  if (rejected) return undefined
  const { shown = 0, moves = 0, countedAt = 0 } = data ?? {}
  return { shown, moves, countedAt }
}

/** Members on one page of a count: 66 read units, if their ids have 36 characters. */
const COUNTED_AT_ONCE = 1_000

/**
 * AP85. Counts a page of a room's members. Strongly consistent. Only their number is transferred.
 *
 * @param after where the page before ended
 * @returns `next` is where the next page begins, if there may be more
 */
export async function countPage(chatRoomId: string, after?: string): Promise<{ found: number; next?: string }> {
  const query = Membership.query.room({ chatRoomId }).params<{ ExpressionAttributeValues: { ':pk': string } }>()
  const pk = query.ExpressionAttributeValues[':pk']
  const { Count, LastEvaluatedKey } = await client.send('Query', {
    ...query,
    ConsistentRead: true,
    Select: 'COUNT',
    Limit: COUNTED_AT_ONCE,
    ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: after } }),
  })
  return { found: Number(Count), ...(LastEvaluatedKey === undefined ? {} : { next: String(LastEvaluatedKey.sk) }) }
}
