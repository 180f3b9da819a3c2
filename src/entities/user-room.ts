import { Entity } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { roles } from '../protocol/room-kinds.ts'
import type { Role } from '../protocol/room-schema.ts'
import { client, service, table, verbatim } from './table.ts'

/**
 * A room that a user is in, in the user's own partition: the mirror of a `Membership`, which is in the room's. Both are
 * written and deleted in one transaction, so the list of a user's rooms needs no index, and is never behind.
 * Key: UserId + ChatRoomId. The attributes are the keys themselves: without a second copy of the ids a row has some 140
 * bytes, and fifty of them are read for 2 RRU.
 *
 * - AP12 `roomsOfUser`: which rooms is this user in?
 * - AP44 `hasRoomsOfTheirOwn`: has this user made or joined so many?
 */
export const UserRoom = new Entity(
  {
    model: { entity: 'UserRoom', version: '1', service },
    attributes: {
      /** `user#<userId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /** `room#<chatRoomId>` */
      place: { type: 'string', field: 'sk', required: true },
      /** The membership's. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** The user made or joined the room. Absent when somebody else put them in. */
      own: { type: 'boolean', field: 'Own' },
      /** The membership's; absent in a row of before there were roles. */
      role: { type: roles, field: 'Role' },
      /** The membership's; absent in a row of before there were markers. */
      joinedSeq: { type: 'number', field: 'JoinedSeq' },
    },
    indexes: { user: verbatim('partition', 'place') },
  },
  { table, client },
)

/** A room, and the membership by which the user is in it. */
export interface UserRoomRow {
  chatRoomId: string
  joinId: string
  role?: Role
  joinedSeq?: number
}

const PARTITION = 'user#'
const PLACE = 'room#'

/** The key of a user's row for a room. */
export const userRoomKey = ({ userId, chatRoomId }: { userId: string; chatRoomId: string }) => ({
  partition: PARTITION + userId,
  place: PLACE + chatRoomId,
})

/** The mirror of a membership. */
export const userRoomOf = (membership: {
  userId: string
  chatRoomId: string
  joinId: string
  originConnectionId?: string
  role?: Role
  joinedSeq?: number
}) => ({
  ...userRoomKey(membership),
  joinId: membership.joinId,
  ...(membership.originConnectionId === undefined ? {} : { own: true }),
  ...defined({ role: membership.role, joinedSeq: membership.joinedSeq }),
})

/** The membership that a row mirrors. */
export const membershipOf = ({ partition, place, joinId }: { partition: string; place: string; joinId: string }) => ({
  userId: partition.slice(PARTITION.length),
  chatRoomId: place.slice(PLACE.length),
  joinId,
})

/**
 * AP12. A page of the user's rooms by room id, consistent.
 *
 * @param range `after` is exclusive, `from` and `through` are inclusive; all are room ids
 * @returns the rooms, at most `limit`, and `nextCursor`, the last of them, when there are more
 */
export async function roomsOfUser(
  userId: string,
  { after, from = '', through = '~', limit }: { after?: string; from?: string; through?: string; limit: number },
): Promise<{ rooms: UserRoomRow[]; nextCursor?: string }> {
  // `!` sorts before every character of a room id, and `~` after: the range begins right after `after`.
  const first = after === undefined ? PLACE + from : `${PLACE}${after}!`
  const { data } = await UserRoom.query
    .user({ partition: PARTITION + userId })
    .between({ place: first }, { place: PLACE + through })
    // One more than asked for tells whether there is a next page.
    .go({ consistent: true, limit: limit + 1, count: limit + 1, pages: 'all' })
  const rooms = data.slice(0, limit).map((row) => {
    const { chatRoomId, joinId } = membershipOf(row)
    return { chatRoomId, joinId, ...defined({ role: row.role, joinedSeq: row.joinedSeq }) }
  })
  const last = rooms.at(-1)
  return data.length > limit && last ? { rooms, nextCursor: last.chatRoomId } : { rooms }
}

/**
 * AP44. Whether the user is in so many rooms that they made or joined themselves. In one consistent query that reads
 * twice as many rows at most. So nobody can fill another's list; but of somebody who is in more rooms than that, by
 * others' doing, not all are counted.
 */
export async function hasRoomsOfTheirOwn(userId: string, count: number): Promise<boolean> {
  const { data } = await UserRoom.query
    .user({ partition: PARTITION + userId })
    .between({ place: PLACE }, { place: `${PLACE}~` })
    .where((row, { exists }) => exists(row.own))
    .go({ consistent: true, limit: 2 * count })
  return data.length >= count
}
