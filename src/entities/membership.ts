import { Entity, type EntityItem, Service } from 'electrodb'
import { untilProcessed } from './until-processed.ts'
import { ChatRoom, type RoomRow } from './chat-room.ts'
import { NotAMember } from '../errors.ts'
import { client, gsi1, primary, service, table } from './table.ts'

/**
 * Who is in a room. Key: ChatRoomId + UserId, in the room's partition.
 *
 * - AP8 `getMembership`: may this user act in this room?
 * - AP9 `getMemberships`: the same for many rooms
 * - AP10 `addMember`: make this user a member; is that new?
 * - AP11 `removeMember`: end this membership; was there one?
 * - AP12 `roomsOfUser`: which rooms is this user in?
 * - AP13 `roomWithMembers`: the room and who is in it, in one query
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
      /** New at every join, so that the clean-up after a leave can't undo a later join. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** The room's head when the user joined. Later messages are delivered to the user. */
      joinedSeq: { type: 'number', field: 'JoinedSeq', required: true },
      /** A member since the room was created, so there is no `memberJoined` event. */
      founding: { type: 'boolean', field: 'Founding' },
      /** The connection that joined or created the room. It receives the reply, so it receives no event. */
      originConnectionId: { type: 'string', field: 'OriginConnectionId' },
    },
    indexes: {
      room: { collection: 'roster', ...primary(['chatRoomId'], ['userId']) },
      byUser: gsi1(['userId'], ['chatRoomId']),
    },
  },
  { table, client },
)

export type MembershipRow = EntityItem<typeof Membership>

const roster = new Service({ ChatRoom, Membership })

/** AP8. */
export async function getMembership(chatRoomId: string, userId: string): Promise<MembershipRow | undefined> {
  const { data } = await Membership.get({ chatRoomId, userId }).go({ consistent: true })
  return data ?? undefined
}

/** AP8. @throws NotAMember whether or not the room exists, so that rooms can't be probed */
export async function requireMembership(chatRoomId: string, userId: string): Promise<MembershipRow> {
  const membership = await getMembership(chatRoomId, userId)
  if (membership === undefined) throw new NotAMember('unable to act in this room; the user is not a member')
  return membership
}

/** AP9. By room id. Rooms that the user isn't in are left out. */
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

/** AP10. Returns whether the user is a new member; a membership that exists stays as it is. */
export async function addMember(membership: MembershipRow): Promise<boolean> {
  const { rejected } = await Membership.create(membership).go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP11. Returns the deleted membership, or undefined when the user wasn't in the room. */
export async function removeMember(chatRoomId: string, userId: string): Promise<MembershipRow | undefined> {
  const { rejected, data } = await Membership.remove({ chatRoomId, userId }).go({
    response: 'all_old',
    returnOnConditionCheckFailure: true,
  })
  return rejected || data === null ? undefined : data
}

/**
 * AP12. A page in the order of room ids, of those that follow `page.after`. From the index, which is eventually
 * consistent: check a membership by AP8 or AP9 before you rely on it.
 */
export async function roomsOfUser(
  userId: string,
  page: { after?: string; limit: number },
): Promise<{ memberships: MembershipRow[]; nextCursor?: string }> {
  const query = Membership.query.byUser({ userId })
  // One more than the limit shows whether there is a next page. `between`, because `gt` would also read other entities
  // in the partition; `~` sorts after every character of a room id.
  const { data } = await (
    page.after === undefined ? query : query.between({ chatRoomId: `${page.after}\u0000` }, { chatRoomId: '~' })
  ).go({ limit: page.limit + 1, pages: 'all', count: page.limit + 1 })
  const memberships = data.slice(0, page.limit)
  const last = memberships.at(-1)
  return data.length > page.limit && last ? { memberships, nextCursor: last.chatRoomId } : { memberships }
}

export interface RoomWithMembers extends RoomRow {
  members: string[]
  /** The last member of this page, if there are more. */
  nextCursor?: string
}

/** Bytes of `members` in one reply. A reply is at most 128 KB, and `joinRoom`'s has messages too. */
const MEMBERS_BYTES = 40_000

/**
 * AP13. The room and its members in the order of user ids, in one consistent query of the partition. Returns undefined
 * when there is no such room. A page ends after `limit` members or 40 KB of ids.
 */
export async function roomWithMembers(
  chatRoomId: string,
  page: { after?: string; limit: number },
): Promise<RoomWithMembers | undefined> {
  const after = page.after
  if (after === undefined) {
    const { data } = await roster.collections
      .roster({ chatRoomId })
      .go({ consistent: true, limit: page.limit + 2, count: page.limit + 2, pages: 'all' })
    const room = data.ChatRoom[0]
    return room && { ...presented(room), ...membersPage(data.Membership, page.limit) }
  }
  const [room, { data }] = await Promise.all([
    ChatRoom.get({ chatRoomId }).go({ consistent: true }),
    Membership.query
      .room({ chatRoomId })
      .between({ userId: `${after}\u0000` }, { userId: '\u{10ffff}' })
      .go({ consistent: true, limit: page.limit + 1, count: page.limit + 1, pages: 'all' }),
  ])
  return room.data === null ? undefined : { ...presented(room.data), ...membersPage(data, page.limit) }
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
