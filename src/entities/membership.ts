import { createWriteTransaction, Entity, Service } from 'electrodb'
import { untilProcessed } from './until-processed.ts'
import { Audit, type AuditRow } from './audit.ts'
import { Ban, type BanRow, isAsRead, keptItem } from './ban.ts'
import { ChatRoom, getRoom, type RoomRow } from './chat-room.ts'
import { ChatRoomDetails, type DetailsRow, getDetails } from './chat-room-details.ts'
import { gateOf } from './gate.ts'
import { Invite } from './invite.ts'
import { Job, type JobRow } from './job.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import { roles } from '../protocol/room-kinds.ts'
import type { Role } from '../protocol/room-schema.ts'
import type { SessionRow } from './session.ts'
import { departureItem, Subscription, subscriptionItem } from './subscription.ts'
import { AFTER_USER_IDS, client, imported, primary, service, table } from './table.ts'
import { transact } from './transact.ts'
import { UserRoom, userRoomKey, userRoomOf } from './user-room.ts'

/**
 * Who is in a room. Key: ChatRoomId + UserId, in the room's partition. Its mirror in the user's partition is a
 * `UserRoom`; both are written and deleted in one transaction.
 *
 * - AP8 `getMembership`: may this user act in this room?
 * - AP9 `getMemberships`: the same for many rooms
 * - AP119 `getMembers`: which of these users are in this room?
 * - AP10 `addMember`: is this user in from now on, and new?
 * - AP11 `removeMember`: is this user out from now on, and was in?
 * - AP13 `roomWithMembers`: the room and who is in it, in one query
 * - AP98 `roomWithDetails`: what is this room, and how is it set? (one query)
 * - AP67 `membersAfter`: who is in it, with roles? (a page)
 * - AP39 `mirrorMembership`: is the mirror of a membership of version 0.1.0, which has none, there from now on?
 */
export const Membership = new Entity(
  {
    model: { entity: 'Membership', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      role: { type: roles, field: 'Role', required: true },
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
      /** Who put the user into the room; absent when they came by themselves. */
      addedBy: { type: 'string', field: 'AddedBy' },
      /** Epoch milliseconds until which the user may read and not write. */
      mutedUntil: { type: 'number', field: 'MutedUntil' },
      /** Somebody has made the user a guest: it outlives the membership, as a mute does. */
      lowered: { type: 'boolean', field: 'Lowered' },
      /** How often role or mute were changed. */
      changes: { type: 'number', field: 'Version' },
      imported,
    },
    indexes: { room: { collection: 'roster', ...primary(['chatRoomId'], ['userId']) } },
  },
  { table, client },
)

export interface MembershipRow {
  chatRoomId: string
  userId: string
  role: Role
  joinedAt: number
  joinId: string
  joinedSeq: number
  founding?: boolean
  originConnectionId?: string
  addedBy?: string
  mutedUntil?: number
  lowered?: boolean
  changes?: number
  imported?: boolean
}

const roster = new Service({ ChatRoom, ChatRoomDetails, Membership })

/** AP8. */
export async function getMembership(chatRoomId: string, userId: string): Promise<MembershipRow | undefined> {
  const { data } = await Membership.get({ chatRoomId, userId }).go({ consistent: true })
  return data ?? undefined
}

/** AP119. In no order; who isn't in is left out. */
export async function getMembers(chatRoomId: string, userIds: readonly string[]): Promise<MembershipRow[]> {
  const members: MembershipRow[] = []
  await untilProcessed(userIds, async (left) => {
    const { data, unprocessed } = await Membership.get(left.map((userId) => ({ chatRoomId, userId }))).go({
      consistent: true,
      concurrent: 4,
    })
    members.push(...data)
    return { unprocessed: unprocessed.map(({ userId }) => userId) }
  })
  return members
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

/** What became of an attempt to make a membership. */
export type Added = 'added' | 'already' | 'banned' | 'invalid_invite'

/**
 * AP10. Makes a membership; one that exists stays as it is. Nobody who is banned gets in, not even when the ban is
 * written at the same moment: returns `banned` when there is any row that may be a ban, but the one that was read.
 *
 * @param more `session` of the user is subscribed along with it, so that it misses nothing from then on; `invite` is
 *   used once; `audit` notes who did it; `kept` is the row of which the membership takes over what it says: it ends
 * @throws Unavailable when nothing was written
 */
export async function addMember(
  membership: MembershipRow,
  more: { session?: SessionRow; invite?: string; audit?: AuditRow; kept?: BanRow } = {},
): Promise<Added> {
  const { chatRoomId, userId, joinedAt: now } = membership
  const { session, invite, audit, kept } = more
  const entities = { ...mirrored, Audit, Ban, Invite, Subscription }
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Membership.create(membership).commit(),
    // In a direct room nobody is banned.
    ...(isDirectRoomId(chatRoomId)
      ? []
      : [
          kept === undefined
            ? tx.Ban.check({ chatRoomId, userId }).where(isAsRead(undefined)).commit()
            : tx.Ban.delete({ chatRoomId, userId }).where(isAsRead(kept)).commit(),
        ]),
    tx.UserRoom.put(userRoomOf(membership)).commit(),
    ...(session === undefined ? [] : [tx.Subscription.put(subscriptionItem(session, membership)).commit()]),
    ...(invite === undefined
      ? []
      : [
          tx.Invite.patch({ invite })
            .add({ uses: 1 })
            .where(
              ({ until, uses, maxUses }, { gt, notExists, name }) =>
                `${gt(until, now)} AND (${notExists(maxUses)} OR ${name(uses)} < ${name(maxUses)})`,
            )
            .commit(),
        ]),
    ...(audit === undefined ? [] : [tx.Audit.put(audit).commit()]),
  ])
  const { canceled, data } = await transact('add the member', () => transaction.go())
  if (!canceled) return 'added'
  const failed = data.map(({ code }) => code === 'ConditionalCheckFailed')
  if (failed[0]) return 'already'
  return failed[1] && !isDirectRoomId(chatRoomId) ? 'banned' : 'invalid_invite'
}

/**
 * AP11. Ends a membership and with it, at once, every subscription that stands on it, those that are still to be
 * written included: no event that is written afterwards is posted to the user.
 *
 * @param more what somebody else's hand does beside: `audit` notes it, `ban` keeps the user out from then on, `job` is
 *   what the janitor is to do about it. With `outlived`, what outlives the membership is kept in the ban, or in its
 *   place; then role and mute must be those that were seen as well
 * @returns whether this very membership was deleted: another `joinId` stands for a later one
 * @throws Unavailable when nothing was deleted
 */
export async function removeMember(
  membership: Pick<MembershipRow, 'chatRoomId' | 'userId' | 'joinId'> & Partial<MembershipRow>,
  now: number,
  { audit, ban, job, outlived }: { audit?: AuditRow; ban?: BanRow; job?: JobRow; outlived?: true } = {},
): Promise<boolean> {
  const { chatRoomId, userId, joinId, changes } = membership
  const left = ban ?? (outlived && keptItem({ chatRoomId, userId, by: audit?.by ?? userId }, membership, now))
  const transaction = createWriteTransaction({ ...mirrored, Audit, Ban, Job, Subscription }, (tx) => [
    tx.Membership.delete({ chatRoomId, userId })
      .where((row, { eq, notExists }) =>
        [
          eq(row.joinId, joinId),
          ...(outlived ? [changes === undefined ? notExists(row.changes) : eq(row.changes, changes)] : []),
        ].join(' AND '),
      )
      .commit(),
    tx.UserRoom.delete(userRoomKey(membership)).commit(),
    tx.Subscription.put(departureItem(membership, now)).commit(),
    ...(audit === undefined ? [] : [tx.Audit.put({ ...audit, joinId }).commit()]),
    ...(left === undefined ? [] : [tx.Ban.put(left).commit()]),
    ...(job === undefined ? [] : [tx.Job.put(job).commit()]),
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
  membership: Pick<MembershipRow, 'chatRoomId' | 'userId' | 'joinId'> & { role?: Role },
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

export interface RoomWithMembers {
  room: RoomRow
  details: DetailsRow | undefined
  /** By user id. */
  members: string[]
  /** The last member of this page, when there are more. */
  nextCursor?: string
}

/** Bytes of `members` that one reply carries: a reply is at most 128 KB, and `joinRoom`'s holds messages too. */
const MEMBERS_BYTES = 40_000

/** The room and its details, which sort before its members. */
const ROWS_BEFORE_MEMBERS = 2

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
      .go({ consistent: true, limit: page.limit + ROWS_BEFORE_MEMBERS + 1, pages: 1 })
    const [room] = data.ChatRoom
    if (room === undefined || gateOf(room).deleted) return undefined
    const isWhole = data.Membership.length <= page.limit
    const details = data.ChatRoomDetails[0]
    return { room, details, ...membersPage(withPending(data.Membership, room, '', isWhole), page.limit) }
  }
  const [room, details, members] = await Promise.all([
    getRoom(chatRoomId),
    getDetails(chatRoomId),
    membersAfter(chatRoomId, { after, limit: page.limit }),
  ])
  if (room === undefined) return undefined
  const isWhole = members.length <= page.limit
  return { room, details, ...membersPage(withPending(members, room, after, isWhole), page.limit) }
}

/** AP98. The room and its details, which sort before all members, in one consistent query of one unit. */
export async function roomWithDetails(
  chatRoomId: string,
): Promise<Pick<RoomWithMembers, 'room' | 'details'> | undefined> {
  const { data } = await roster.collections
    .roster({ chatRoomId })
    .go({ consistent: true, limit: ROWS_BEFORE_MEMBERS, pages: 1 })
  const [room] = data.ChatRoom
  return room === undefined || gateOf(room).deleted ? undefined : { room, details: data.ChatRoomDetails[0] }
}

/**
 * Members, and those who are still to be written (`completeRoom`): who made the room was told that they are in it.
 *
 * @param after as the rows were read
 * @param isWhole whether the room has no members after these
 */
function withPending(
  rows: { userId: string }[],
  { pendingMembers = [] }: Pick<RoomRow, 'pendingMembers'>,
  after: string,
  isWhole: boolean,
): { userId: string }[] {
  if (pendingMembers.length === 0) return rows
  const last = rows.at(-1)?.userId ?? ''
  const onPage = pendingMembers.filter((id) => id > after && (isWhole || id < last))
  const ids = new Set([...rows.map(({ userId }) => userId), ...onPage])
  return [...ids].sort().map((userId) => ({ userId }))
}

/** AP67. A page of the members' rows by user id, and one more; consistent. */
export async function membersAfter(
  chatRoomId: string,
  { after, limit }: { after?: string; limit: number },
): Promise<MembershipRow[]> {
  const { data } = await Membership.query
    .room({ chatRoomId })
    .between({ userId: after === undefined ? ' ' : `${after}\u0000` }, { userId: AFTER_USER_IDS })
    .go({ consistent: true, limit: limit + 1, count: limit + 1, pages: 'all' })
  return data
}

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
