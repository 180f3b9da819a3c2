import { createWriteTransaction, Entity, Service } from 'electrodb'
import { untilProcessed } from './until-processed.ts'
import { ChatRoom, type RoomRow } from './chat-room.ts'
import { NotAMember } from '../errors.ts'
import type { SessionRow } from './session.ts'
import { departureItem, Subscription, subscriptionItem } from './subscription.ts'
import { client, primary, service, table } from './table.ts'
import { transact } from './transact.ts'
import { UserRoom, userRoomKey, userRoomOf } from './user-room.ts'

/**
 * Who is in a room. Key: ChatRoomId + UserId, in the room's partition. Its mirror in the user's partition is a
 * `UserRoom`; both are written and deleted in one transaction.
 *
 * - AP8 `getMembership`: may this user act in this room?
 * - AP9 `getMemberships`: the same for many rooms
 * - AP10 `addMember`: is this user in from now on, and new?
 * - AP11 `removeMember`: is this user out from now on, and was in?
 * - AP13 `roomWithMembers`: the room and who is in it, in one query
 * - AP39 `mirrorMembership`: is the mirror of a membership of version 0.1.0, which has none, there from now on?
 */
export const Membership = new Entity(
  {
    model: { entity: 'Membership', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      role: { type: ['owner', 'member'] as const, field: 'Role', required: true },
      /** Epoch milliseconds. */
      joinedAt: { type: 'number', field: 'JoinedAt', required: true },
      /** New at every join, so that the clean-up after a leave can't undo the join that followed it. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** The room's head when the user joined: what came later is theirs. */
      joinedSeq: { type: 'number', field: 'JoinedSeq', required: true },
      /** In the room since it was made: nobody is told `memberJoined`. */
      founding: { type: 'boolean', field: 'Founding' },
      /** The connection that did it: it has the reply, so it gets no event. */
      originConnectionId: { type: 'string', field: 'OriginConnectionId' },
    },
    indexes: { room: { collection: 'roster', ...primary(['chatRoomId'], ['userId']) } },
  },
  { table, client },
)

export interface MembershipRow {
  chatRoomId: string
  userId: string
  role: 'owner' | 'member'
  joinedAt: number
  joinId: string
  joinedSeq: number
  founding?: boolean
  originConnectionId?: string
}

const roster = new Service({ ChatRoom, Membership })

/** AP8. */
export async function getMembership(chatRoomId: string, userId: string): Promise<MembershipRow | undefined> {
  const { data } = await Membership.get({ chatRoomId, userId }).go({ consistent: true })
  return data ?? undefined
}

/** AP8. @throws NotAMember, the same whether or not the room exists, so that membership can't be probed */
export async function requireMembership(chatRoomId: string, userId: string): Promise<MembershipRow> {
  const membership = await getMembership(chatRoomId, userId)
  if (membership === undefined) throw new NotAMember('unable to act in this room; the user is not a member')
  return membership
}

/** AP9. By room; rooms the user isn't in are left out. */
export async function getMemberships(
  userId: string,
  chatRoomIds: readonly string[],
): Promise<Map<string, MembershipRow>> {
  const memberships = new Map<string, MembershipRow>()
  await untilProcessed(chatRoomIds, async (left) => {
    const { data, unprocessed } = await Membership.get(left.map((chatRoomId) => ({ chatRoomId, userId }))).go({
      consistent: true,
      concurrent: 4,
    })
    for (const membership of data) memberships.set(membership.chatRoomId, membership)
    return { unprocessed: unprocessed.map(({ chatRoomId }) => chatRoomId) }
  })
  return memberships
}

const mirrored = { Membership, UserRoom }

/**
 * AP10. Says whether the user is new in the room; a membership that exists stays as it is.
 *
 * @param session of the user, subscribed along with it, so that it misses nothing from then on
 * @throws Unavailable when nothing was written
 */
export async function addMember(membership: MembershipRow, session?: SessionRow): Promise<boolean> {
  const transaction = createWriteTransaction({ ...mirrored, Subscription }, (tx) => [
    tx.Membership.create(membership).commit(),
    tx.UserRoom.put(userRoomOf(membership)).commit(),
    ...(session === undefined ? [] : [tx.Subscription.put(subscriptionItem(session, membership)).commit()]),
  ])
  const { canceled } = await transact('add the member', () => transaction.go())
  return !canceled
}

/**
 * AP11. Ends a membership and with it, at once, every subscription that stands on it, those that are still to be
 * written included: no event that is written afterwards is posted to the user.
 *
 * @returns whether this very membership was deleted: another `joinId` stands for a later one
 * @throws Unavailable when nothing was deleted
 */
export async function removeMember(
  membership: Pick<MembershipRow, 'chatRoomId' | 'userId' | 'joinId'>,
  now: number,
): Promise<boolean> {
  const { chatRoomId, userId, joinId } = membership
  const transaction = createWriteTransaction({ ...mirrored, Subscription }, (tx) => [
    tx.Membership.delete({ chatRoomId, userId })
      .where((row, { eq }) => eq(row.joinId, joinId))
      .commit(),
    tx.UserRoom.delete(userRoomKey(membership)).commit(),
    tx.Subscription.put(departureItem(membership, now)).commit(),
  ])
  const { canceled } = await transact('remove the member', () => transaction.go())
  return !canceled
}

/**
 * AP39. Says whether the mirror was put: not once the membership has ended.
 *
 * @throws Unavailable when nothing was written
 */
export async function mirrorMembership(
  membership: Pick<MembershipRow, 'chatRoomId' | 'userId' | 'joinId'>,
): Promise<boolean> {
  const { chatRoomId, userId, joinId } = membership
  const transaction = createWriteTransaction(mirrored, (tx) => [
    tx.Membership.check({ chatRoomId, userId })
      .where((row, { eq }) => eq(row.joinId, joinId))
      .commit(),
    tx.UserRoom.put(userRoomOf(membership)).commit(),
  ])
  const { canceled } = await transact('mirror the membership', () => transaction.go())
  return !canceled
}

export interface RoomWithMembers extends RoomRow {
  members: string[]
  /** The last member of this page, when there are more. */
  nextCursor?: string
}

/** Bytes of `members` that one reply carries: a reply is at most 128 KB, and `joinRoom`'s holds messages too. */
const MEMBERS_BYTES = 40_000

/**
 * AP13. The room and its members by user id, in one consistent query of the partition's collection; undefined when
 * there is no such room. A page ends at `limit` members or 40 KB of ids. The query reads one page, however many members
 * there are: the room sorts before all of them.
 */
export async function roomWithMembers(
  chatRoomId: string,
  page: { after?: string; limit: number },
): Promise<RoomWithMembers | undefined> {
  const after = page.after
  if (after === undefined) {
    const { data } = await roster.collections
      .roster({ chatRoomId })
      .go({ consistent: true, limit: page.limit + 2, pages: 1 })
    const room = data.ChatRoom[0]
    if (room === undefined) return undefined
    const isWhole = data.Membership.length <= page.limit
    return { ...presented(room), ...membersPage(withPending(data.Membership, room, '', isWhole), page.limit) }
  }
  const [room, { data }] = await Promise.all([
    ChatRoom.get({ chatRoomId }).go({ consistent: true }),
    Membership.query
      .room({ chatRoomId })
      .between({ userId: `${after}\u0000` }, { userId: '\u{10ffff}' })
      .go({ consistent: true, limit: page.limit + 1, count: page.limit + 1, pages: 'all' }),
  ])
  if (room.data === null) return undefined
  const isWhole = data.length <= page.limit
  return { ...presented(room.data), ...membersPage(withPending(data, room.data, after, isWhole), page.limit) }
}

/**
 * Members, and those who are still to be written (`completeRoom`): who made the room was told that they are in it.
 *
 * @param after as the rows were read
 * @param isWhole whether the room has no members after these
 */
function withPending(
  rows: { userId: string }[],
  { pendingMembers = [] }: { pendingMembers?: string[] | undefined },
  after: string,
  isWhole: boolean,
): { userId: string }[] {
  if (pendingMembers.length === 0) return rows
  const last = rows.at(-1)?.userId ?? ''
  const onPage = pendingMembers.filter((id) => id > after && (isWhole || id < last))
  const ids = new Set([...rows.map(({ userId }) => userId), ...onPage])
  return [...ids].sort().map((userId) => ({ userId }))
}

const presented = ({ chatRoomId, roomName, headSeq }: RoomRow): RoomRow => ({ chatRoomId, roomName, headSeq })

function membersPage(rows: { userId: string }[], limit: number): { members: string[]; nextCursor?: string } {
  const members: string[] = []
  let bytes = 0
  for (const { userId } of rows) {
    bytes += Buffer.byteLength(JSON.stringify(userId)) + 1
    if (members.length === limit || bytes > MEMBERS_BYTES) return { members, nextCursor: members.at(-1) ?? '' }
    members.push(userId)
  }
  return { members }
}
