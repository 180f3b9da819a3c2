import { Entity } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { roles } from '../protocol/room-kinds.ts'
import type { Role } from '../protocol/room-schema.ts'
import { Session, type SessionRow } from './session.ts'
import { client, service, table, verbatim } from './table.ts'

/**
 * A room that a user is in, in the user's own partition: the mirror of a `Membership`, which is in the room's. Both are
 * written and deleted in one transaction, so the list of a user's rooms needs no index, and is never behind.
 * Key: UserId + ChatRoomId. The attributes are the keys themselves: without a second copy of the ids a row has some 140
 * bytes, and fifty of them are read for 2 RRU.
 *
 * - AP12 `roomsOfUser`: which rooms is this user in?
 * - AP155 `roomsAndSessions`: the same to the end, and where do this user's events go?
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
  const first = after === undefined ? PLACE + from : placeAfter(after)
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

/** The range begins right after the room: `!` sorts before every character of a room id, and `~` after. */
const placeAfter = (chatRoomId: string) => `${PLACE}${chatRoomId}!`

/** Sorts after every session of the user, which come right after their rooms. */
const AFTER_SESSIONS = 'session#~'

/**
 * AP155. The user's rooms by room id and all their sessions, in one consistent query: the rooms of a page leave most of
 * their last read unit, and the sessions fit there.
 *
 * @param after the room after which the rooms begin; undefined for all of them
 */
export async function roomsAndSessions(
  userId: string,
  after: string | undefined,
): Promise<{ rooms: UserRoomRow[]; sessions: SessionRow[] }> {
  const query = UserRoom.query
    .user({ partition: PARTITION + userId })
    .between({ place: after === undefined ? PLACE : placeAfter(after) }, { place: AFTER_SESSIONS })
    .params<object>()
  const items: StoredRow[] = []
  let next: Record<string, unknown> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await client.send('Query', {
      ...query,
      ConsistentRead: true,
      ...defined({ ExclusiveStartKey: next }),
    })
    for (const item of Items as unknown as StoredRow[]) items.push(item)
    next = LastEvaluatedKey
  } while (next !== undefined)
  const isRoom = ({ sk }: StoredRow) => sk.startsWith(PLACE)
  return {
    rooms: items.filter(isRoom).map(({ sk, JoinId }) => ({ chatRoomId: sk.slice(PLACE.length), joinId: JoinId })),
    sessions: Session.parse({ Items: items.filter((item) => !isRoom(item)) }).data,
  }
}

interface StoredRow {
  sk: string
  JoinId: string
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
