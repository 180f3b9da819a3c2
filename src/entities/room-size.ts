import { Entity, type EntityItem } from 'electrodb'
import { ChatRoom } from './chat-room.ts'
import { Membership } from './membership.ts'
import { client, own, service, table } from './table.ts'

/**
 * An upper bound of the number of members of a large room. Joins are counted and leaves are not, so the members are
 * counted again before somebody is refused. Key: ChatRoomId, in a partition apart from the room's hot one. A room that
 * never had more than a thousand members has none.
 *
 * - AP82 `takePlaces`: is there room for this many more members?
 * - AP83 `startCounting`: count the members from now on
 * - AP84 `claimRecount`: is this the request that counts again?
 * - AP85 `recount`: count the members again
 */
export const RoomSize = new Entity(
  {
    model: { entity: 'RoomSize', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      members: { type: 'number', field: 'Members', required: true },
      /** Epoch milliseconds. */
      countedAt: { type: 'number', field: 'CountedAt', required: true },
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

/** AP83. Starts counting. Notes it on the room, which every join reads anyway, and counts the members. */
export async function startCounting(chatRoomId: string, now: number): Promise<void> {
  await ChatRoom.patch({ chatRoomId }).set({ counted: true }).go({ returnOnConditionCheckFailure: true })
  await RoomSize.put({ chatRoomId, members: await membersIn(chatRoomId), countedAt: now }).go()
}

/**
 * AP84. Claims the next count for this request. Returns false for all but one of several requests at the same time.
 *
 * @param seen the counter as it was read
 */
export async function claimRecount({ chatRoomId, countedAt }: SizeRow, now: number): Promise<boolean> {
  const { rejected } = await RoomSize.update({ chatRoomId })
    .set({ countedAt: now })
    .where((row, { eq, notExists }) => `${notExists(row.countedAt)} OR ${eq(row.countedAt, countedAt)}`)
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP85. Counts the members and corrects the counter. Costs some 45 read units for a thousand members. */
export async function recount(chatRoomId: string): Promise<void> {
  const members = await membersIn(chatRoomId)
  await RoomSize.update({ chatRoomId }).set({ members }).go()
}

async function membersIn(chatRoomId: string): Promise<number> {
  const { data } = await Membership.query
    .room({ chatRoomId })
    .go({ consistent: true, pages: 'all', attributes: ['userId'] })
  return data.length
}
