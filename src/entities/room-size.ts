import { Entity, type EntityItem } from 'electrodb'
import { ChatRoom } from './chat-room.ts'
import { Membership } from './membership.ts'
import { client, own, service, table } from './table.ts'

/**
 * How many members a large room has, at most: joins are counted, leaves are not, and it is counted anew when that would
 * refuse somebody. A partition of its own, apart from the room's hot one; a room of a thousand members or fewer has
 * none.
 *
 * - AP82 `takePlaces`: is there room for so many more?
 * - AP83 `startCounting`: from now on members are counted
 * - AP84 `claimRecount`: is this the one that counts anew?
 * - AP85 `recount`: how many are there?
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

/** AP82. Returns the count when there is no place for all of them: none is taken then. */
export async function takePlaces(chatRoomId: string, count: number, most: number): Promise<'taken' | SizeRow> {
  const { rejected, data } = await RoomSize.patch({ chatRoomId })
    .add({ members: count })
    .where((row, { lte }) => lte(row.members, most - count))
    .go({ returnOnConditionCheckFailure: 'all_old' })
  if (!rejected) return 'taken'
  return data ?? { chatRoomId, members: most, countedAt: 0 }
}

/** AP83. Says so on the room, which every join reads anyway, and counts. */
export async function startCounting(chatRoomId: string, now: number): Promise<void> {
  await ChatRoom.patch({ chatRoomId }).set({ counted: true }).go({ returnOnConditionCheckFailure: true })
  await RoomSize.put({ chatRoomId, members: await membersIn(chatRoomId), countedAt: now }).go()
}

/** AP84. One of several at once. @param seen as it was read */
export async function claimRecount({ chatRoomId, countedAt }: SizeRow, now: number): Promise<boolean> {
  const { rejected } = await RoomSize.update({ chatRoomId })
    .set({ countedAt: now })
    .where((row, { eq, notExists }) => `${notExists(row.countedAt)} OR ${eq(row.countedAt, countedAt)}`)
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP85. Counts the rows, some 45 read units for a thousand. */
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
