import { createWriteTransaction, Entity, Service } from 'electrodb'
import { untilProcessed } from './until-processed.ts'
import { Audit, type AuditRow } from './audit.ts'
import { Ban, type BanRow, isAsRead, keptItem } from './ban.ts'
import { Block } from './block.ts'
import { ChatRoom, getRoom, type RoomRow } from './chat-room.ts'
import { ChatRoomDetails, type DetailsRow, getDetails } from './chat-room-details.ts'
import { gateOf } from './gate.ts'
import { Invite } from './invite.ts'
import { Job, type JobRow } from './job.ts'
import { notBlocked } from './not-blocked.ts'
import { roles } from '../protocol/room-kinds.ts'
import type { Role } from '../protocol/room-schema.ts'
import type { SessionRow } from './session.ts'
import { departureItem, departureKey, Subscription, subscriptionItem } from './subscription.ts'
import { AFTER_USER_IDS, client, imported, primary, service, table } from './table.ts'
import { transact } from './transact.ts'
import { UserRoom, userRoomKey, userRoomOf } from './user-room.ts'

/**
 * A user's membership of a room. Key: ChatRoomId + UserId, in the room's partition. Its mirror in the user's partition
 * is a `UserRoom`; both are written and deleted in one transaction.
 *
 * - AP8 `getMembership`: may this user act in this room?
 * - AP9 `getMemberships`: in which of these rooms may this user act?
 * - AP119 `getMembers`: which of these users are in this room?
 * - AP10 `addMember`: make a user a member, if they aren't one
 * - AP11 `removeMember`: end a membership
 * - AP159 `endOfMembership`: when did this membership end?
 * - AP13 `roomWithMembers`: which room is this, and who is in it? (one query)
 * - AP98 `roomWithDetails`: which room is this, and what are its details? (one query)
 * - AP67 `membersAfter`: who is in this room, with which roles? (a page)
 * - AP39 `mirrorMembership`: write the mirror of a membership of version 0.1.0, which has none
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
      /** New at every join, so that the clean-up after a leave can't undo a later join. */
      joinId: { type: 'string', field: 'JoinId', required: true },
      /** The room's head when the user joined. Messages after it count as unread. */
      joinedSeq: { type: 'number', field: 'JoinedSeq', required: true },
      /** The user has been in the room since it was created, so there is no `memberJoined` event for them. */
      founding: { type: 'boolean', field: 'Founding' },
      /** The connection that joined. It has the reply, so it receives no event. */
      originConnectionId: { type: 'string', field: 'OriginConnectionId' },
      /** The user who added this one. Absent when they joined by themselves. */
      addedBy: { type: 'string', field: 'AddedBy' },
      /** Epoch milliseconds until which the user is muted: they may read, but not write. */
      mutedUntil: { type: 'number', field: 'MutedUntil' },
      /** Somebody has made the user a guest. Like a mute, this outlives the membership. */
      lowered: { type: 'boolean', field: 'Lowered' },
      /** How often the role or the mute was changed. */
      changes: { type: 'number', field: 'Version' },
      /** When the role or the mute was last changed, epoch milliseconds. Absent if that was in an earlier version. */
      changedAt: { type: 'number', field: 'ChangedAt' },
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
  changedAt?: number
  imported?: boolean
}

const roster = new Service({ ChatRoom, ChatRoomDetails, Membership })

/** AP8. Returns the membership of a user in a room, or undefined if there is none. Strongly consistent. */
export async function getMembership(chatRoomId: string, userId: string): Promise<MembershipRow | undefined> {
  const { data } = await Membership.get({ chatRoomId, userId }).go({ consistent: true })
  return data ?? undefined
}

/**
 * AP119. Returns the memberships of these users in a room, in no order. Users who aren't members are left out. Strongly
 * consistent.
 */
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

/** AP9. Returns a user's memberships by room. Rooms that the user isn't in are left out. Strongly consistent. */
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

/** The outcome of `addMember`. */
export type Added = 'added' | 'already' | 'banned' | 'invalid_invite' | 'blocked'

/**
 * AP10. Makes a membership. One that exists stays as it is. Nobody who is banned gets in, not even when the ban is
 * written at the same moment: returns `banned` if there is a row that may be a ban, other than `kept`.
 *
 * @param more `session`: the user's session, which is subscribed in the same transaction, so it misses no event;
 *   `invite`: an invite that is used once; `audit`: the audit entry; `kept`: the row that keeps what outlived the last
 *   membership. `membership` has taken that over, so the row is deleted; `pair`: both users of a direct room, where
 *   nobody is banned, and nobody gets in (returns `blocked`) if one has blocked the other
 * @throws Unavailable when the table is too busy; nothing was written
 */
export async function addMember(
  membership: MembershipRow,
  more: { session?: SessionRow; invite?: string; audit?: AuditRow; kept?: BanRow; pair?: readonly string[] } = {},
): Promise<Added> {
  const { chatRoomId, userId, joinedAt: now } = membership
  const { session, invite, audit, kept, pair } = more
  const entities = { ...mirrored, Audit, Ban, Block, Invite, Subscription }
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Membership.create(membership).commit(),
    ...(pair
      ? notBlocked(tx, pair)
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
  if (pair) return 'blocked'
  return failed[1] ? 'banned' : 'invalid_invite'
}

/**
 * AP11. Ends a membership and, at once, every subscription that belongs to it, even one that is written later. No event
 * that is written afterwards is posted to the user.
 *
 * @param more for a removal by somebody else: `audit` is the audit entry, `ban` keeps the user out from now on, `job`
 *   is a job that the removal causes. With `outlived`, what outlives the membership is kept in a row of its own, unless
 *   there is a `ban`, which has it; role and mute must then be as they were read
 * @returns false when this membership no longer exists; a later one has another `joinId` and stays
 * @throws Unavailable when the table is too busy; nothing was deleted
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
 * AP159. Returns when a membership ended, in epoch milliseconds: when the user left or was removed, or when the room
 * was deleted. Strongly consistent.
 *
 * @returns undefined if that is no longer known: after some hours, or if an earlier version ended the membership
 */
export async function endOfMembership({
  chatRoomId,
  joinId,
}: Pick<MembershipRow, 'chatRoomId' | 'joinId'>): Promise<number | undefined> {
  const { data: departure } = await Subscription.get(departureKey({ chatRoomId, joinId })).go({ consistent: true })
  if (departure !== null) return departure.leftAt
  const { data: room } = await ChatRoom.get({ chatRoomId }).go({ consistent: true, attributes: ['deletedAt'] })
  return room?.deletedAt
}

/**
 * AP39. Writes the mirror of a membership. Returns false, and writes nothing, if the membership has ended.
 *
 * @throws Unavailable when the table is too busy; nothing was written
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

/** A room with a page of its members. */
export interface RoomWithMembers {
  room: RoomRow
  details: DetailsRow | undefined
  /** By user id. */
  members: string[]
  /** The last member of this page, when there are more. */
  nextCursor?: string
}

/** Bytes of `members` in one reply. A reply has at most 128 KB, and the one of `joinRoom` has messages too. */
const MEMBERS_BYTES = 40_000

/** Number of rows that sort before the members: the room and its details. */
const ROWS_BEFORE_MEMBERS = 2

/**
 * Members that the first query of a page reads. Each further one reads as many more as the reply can hold, as the
 * length of the ids so far suggests, but no more than were read so far, because much longer ids may follow. So a page
 * costs some 65 read units, and at most some 95 if the ids are ASCII, as OpenID Connect has them.
 */
const FIRST_MEMBERS = 200

/**
 * AP13. Returns a room and a page of its members by user id, or undefined if there is no such room. Strongly
 * consistent. The first page begins with one query of the partition's collection, which is all of it in a room of up to
 * 200 members. A page ends at `limit` members or 40 KB of ids, or a little earlier.
 *
 * @param page `after` is the `nextCursor` of the page before
 */
export async function roomWithMembers(
  chatRoomId: string,
  page: { after?: string; limit: number },
): Promise<RoomWithMembers | undefined> {
  const after = page.after
  const first = Math.min(page.limit, FIRST_MEMBERS)
  if (after === undefined) {
    const { data } = await roster.collections
      .roster({ chatRoomId })
      .go({ consistent: true, limit: first + ROWS_BEFORE_MEMBERS + 1, pages: 1 })
    const [room] = data.ChatRoom
    if (room === undefined || gateOf(room).deleted) return undefined
    const details = data.ChatRoomDetails[0]
    return { room, details, ...(await membersPage(room, data.Membership, { first, limit: page.limit, after: '' })) }
  }
  const [room, details, members] = await Promise.all([
    getRoom(chatRoomId),
    getDetails(chatRoomId),
    membersAfter(chatRoomId, { after, limit: first }),
  ])
  if (room === undefined) return undefined
  return { room, details, ...(await membersPage(room, members, { first, limit: page.limit, after })) }
}

/**
 * AP98. Returns a room and its details, or undefined if there is no such room. It is one strongly consistent query of
 * one read unit, because both sort before all members.
 */
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
 * Adds the members who are still pending (`completeRoom`) to a page, because the reply to the creator says that they
 * are in.
 *
 * @param after the user id after which the rows were read
 * @param isWhole whether the room has no members after these rows
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

/**
 * AP67. Returns the memberships after a user id, in the order of user ids: up to `limit`, and one more if there are
 * more. Strongly consistent.
 */
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

/** The bytes of a user id in a reply. */
const bytesOf = ({ userId }: { userId: string }) => Buffer.byteLength(JSON.stringify(userId)) + 1

const sizeOf = (rows: readonly { userId: string }[]) => rows.reduce((sum, row) => sum + bytesOf(row), 0)

/**
 * Reads the rest of a page, and returns what of it a reply holds.
 *
 * @param read the first rows after `after`; there may be more if they are more than `first`
 */
async function membersPage(
  room: RoomRow,
  read: MembershipRow[],
  { first, limit, after }: { first: number; limit: number; after: string },
): Promise<{ members: string[]; nextCursor?: string }> {
  let [rows, hasMore] = [read, read.length > first]
  let isCut = hasMore
  while (isCut && rows.length <= limit) {
    const bytes = sizeOf(rows)
    if (bytes > MEMBERS_BYTES) break
    const fitting = Math.ceil(((MEMBERS_BYTES - bytes) / bytes) * rows.length)
    const wanted = Math.max(1, Math.min(limit - rows.length, fitting))
    const more = Math.min(wanted, rows.length)
    const others = await membersAfter(room.chatRoomId, { after: rows.at(-1)!.userId, limit: more })
    rows = [...rows, ...others]
    hasMore = others.length > more
    isCut = hasMore && more < wanted
  }
  const all = withPending(rows, room, after, !hasMore)
  const members: string[] = []
  let shown = 0
  for (const row of all) {
    shown += bytesOf(row)
    if (members.length === limit || shown > MEMBERS_BYTES) return { members, nextCursor: members.at(-1) ?? '' }
    members.push(row.userId)
  }
  return hasMore ? { members, nextCursor: members.at(-1) ?? '' } : { members }
}
