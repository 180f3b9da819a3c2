import { Entity } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { roles } from '../protocol/room-kinds.ts'
import type { Role } from '../protocol/room-schema.ts'
import { Session, type SessionRow } from './session.ts'
import { client, service, table, verbatim } from './table.ts'

/**
 * A room that a user is in, in the user's own partition. It mirrors a `Membership`, which is in the room's partition.
 * Both are written and deleted in one transaction, so the list of a user's rooms needs no index and is never out of
 * date. Key: UserId + ChatRoomId. The keys are attributes themselves: without a second copy of the ids a row has some
 * 140 bytes, and fifty of them are read for 2 RRU.
 *
 * - AP12 `roomsOfUser`: which rooms is this user in?
 * - AP155 `roomsAndSessions`: which rooms is this user in, and where are their events posted? (all)
 * - AP44 `hasRoomsOfTheirOwn`: has this user made or joined this many rooms?
 */
export const UserRoom = new Entity(
  {
    model: { entity: 'UserRoom', version: '1', service },
    attributes: {
      /** `user#<userId>` */
      partition: { type: 'string', field: 'pk', required: true },
      /** `room#<chatRoomId>` */
      place: { type: 'string', field: 'sk', required: true },
      /** The membership's id. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** The user has made or joined the room. Absent if somebody else added them. */
      own: { type: 'boolean', field: 'Own' },
      /** The membership's role. Absent in rows that are older than roles. */
      role: { type: roles, field: 'Role' },
      /** The membership's `joinedSeq`. Absent in rows that are older than markers. */
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

/** Returns the key of a user's row for a room. */
export const userRoomKey = ({ userId, chatRoomId }: { userId: string; chatRoomId: string }) => ({
  partition: PARTITION + userId,
  place: PLACE + chatRoomId,
})

/** Makes the mirror of a membership. */
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

/** Returns the membership that a row mirrors. */
export const membershipOf = ({ partition, place, joinId }: { partition: string; place: string; joinId: string }) => ({
  userId: partition.slice(PARTITION.length),
  chatRoomId: place.slice(PLACE.length),
  joinId,
})

/**
 * AP12. Returns a page of a user's rooms, by room id. Strongly consistent.
 *
 * @param range `after` is exclusive, `from` and `through` are inclusive; all are room ids
 * @returns at most `limit` rooms; `nextCursor` is the last of them, if there are more
 */
export async function roomsOfUser(
  userId: string,
  { after, from = '', through = '~', limit }: { after?: string; from?: string; through?: string; limit: number },
): Promise<{ rooms: UserRoomRow[]; nextCursor?: string }> {
  const first = after === undefined ? PLACE + from : placeAfter(after)
  const { data } = await UserRoom.query
    .user({ partition: PARTITION + userId })
    .between({ place: first }, { place: PLACE + through })
    // One more than `limit` is read, to see whether there is a next page.
    .go({ consistent: true, limit: limit + 1, count: limit + 1, pages: 'all' })
  const rooms = data.slice(0, limit).map((row) => {
    const { chatRoomId, joinId } = membershipOf(row)
    return { chatRoomId, joinId, ...defined({ role: row.role, joinedSeq: row.joinedSeq }) }
  })
  const last = rooms.at(-1)
  return data.length > limit && last ? { rooms, nextCursor: last.chatRoomId } : { rooms }
}

/** Returns where a range begins right after a room: `!` sorts before every character of a room id, and `~` after. */
const placeAfter = (chatRoomId: string) => `${PLACE}${chatRoomId}!`

/** Sorts after every session of a user. The sessions come right after the rooms. */
const AFTER_SESSIONS = 'session#~'

/**
 * AP155. Returns a user's rooms, by room id, and all their sessions. Strongly consistent. One query reads both, because
 * the sessions usually fit into the last read unit of the rooms.
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
 * AP44. Tells whether a user is in at least `count` rooms that they made or joined themselves. Strongly consistent. The
 * query reads at most twice as many rows, so if others have added the user to very many rooms, it may miss some. So
 * nobody can use up another user's limit.
 */
export async function hasRoomsOfTheirOwn(userId: string, count: number): Promise<boolean> {
  const { data } = await UserRoom.query
    .user({ partition: PARTITION + userId })
    .between({ place: PLACE }, { place: `${PLACE}~` })
    .where((row, { exists }) => exists(row.own))
    .go({ consistent: true, limit: 2 * count })
  return data.length >= count
}
