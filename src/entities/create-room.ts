import { createHash } from 'node:crypto'
import { createWriteTransaction } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import { ChatRoom } from './chat-room.ts'
import { ChatRoomDetails, type DetailsRow } from './chat-room-details.ts'
import { Block } from './block.ts'
import { Membership, type MembershipRow, mirrorMembership, removeMember } from './membership.ts'
import { notBlocked } from './not-blocked.ts'
import type { SessionRow } from './session.ts'
import { departureKey, departuresOfRoom, Subscription, subscriptionItem } from './subscription.ts'
import { transact } from './transact.ts'
import { UserRoom, userRoomOf } from './user-room.ts'

/**
 * First members that are written in the transaction. A write costs twice as much there, so further members are written
 * one by one.
 */
const MEMBERS_PER_TRANSACTION = 10

/** Further members that are written at the same time. */
const MEMBERS_AT_ONCE = 16

const entities = { Block, ChatRoom, ChatRoomDetails, Membership, Subscription, UserRoom }

/** A room that is to be created. */
export interface NewRoom {
  chatRoomId: string
  roomName: string
  createdBy: string
  /** Epoch milliseconds. */
  createdAt: number
  /** One of the members; undefined when a backend makes a room for others. */
  owner?: string
  /** All members, including the owner, without duplicates. */
  members: readonly string[]
  /**
   * The owner's session, if there is one. It is subscribed in the same transaction, so it misses no event of the room.
   */
  session?: SessionRow
  /** `p` is public, `r` private. */
  access?: 'p' | 'r'
  gate?: string
  historyFrom?: 'j'
  retentionDays?: number
  retentionByServer?: boolean
  /** The room's details; undefined if it has none of its own. */
  details?: DetailsRow
}

/**
 * AP32. Creates a room with its first ten members and the subscription of the owner's session, in one transaction. The
 * room names the members that are still pending. The caller adds them with `completeRoom`; if it ends before it does,
 * the follow-ups add them.
 *
 * @returns the pending members; undefined if the room exists already, or if it is the direct room of two users of whom
 *   one has blocked the other
 * @throws Unavailable when the table is too busy; nothing was written
 */
export async function createRoom(room: NewRoom): Promise<{ pending: string[] } | undefined> {
  const { chatRoomId, roomName, createdBy, createdAt, owner, session, access, gate, historyFrom, details } = room
  const { retentionDays, retentionByServer } = room
  // The owner comes first, because a member who is added later gets the role of a member.
  const members = [...(owner === undefined ? [] : [owner]), ...room.members.filter((userId) => userId !== owner)]
  const first = members
    .slice(0, MEMBERS_PER_TRANSACTION)
    .map((userId) => firstMember(room, userId, userId === owner ? 'owner' : 'member'))
  const pending = members.slice(MEMBERS_PER_TRANSACTION)
  if (session) first[0]!.originConnectionId = session.connectionId
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.ChatRoom.create({
      chatRoomId,
      roomName,
      createdBy,
      createdAt,
      ...defined({ access, gate, historyFrom, retentionDays, retentionByServer }),
      ...(pending.length === 0 ? {} : { setup: 'pending', pendingMembers: pending }),
    }).commit(),
    ...(details === undefined ? [] : [tx.ChatRoomDetails.put(details).commit()]),
    ...(session === undefined ? [] : [tx.Subscription.put(subscriptionItem(session, first[0]!)).commit()]),
    ...first.flatMap((membership) => [
      tx.Membership.create(membership).commit(),
      tx.UserRoom.put(userRoomOf(membership)).commit(),
    ]),
    ...(isDirectRoomId(chatRoomId) ? notBlocked(tx, members) : []),
  ])
  const { canceled } = await transact('create the room', () => transaction.go())
  return canceled ? undefined : { pending }
}

/**
 * AP33. Adds the pending members and marks the room as complete. It may run twice, also at the same time: it writes the
 * same rows each time, and leaves a membership that exists as it is. The mirror (`UserRoom`) is written before the
 * membership, so nobody can leave a room whose mirror is written only afterwards. The second run may add a member again
 * who has left since the first; their departure shows that, and ends the membership again.
 */
export async function completeRoom(
  room: Pick<NewRoom, 'chatRoomId' | 'createdAt'>,
  pending: readonly string[],
): Promise<void> {
  if (pending.length === 0) return
  const { chatRoomId } = room
  const ifNew = { returnOnConditionCheckFailure: true } as const
  for (let i = 0; i < pending.length; i += MEMBERS_AT_ONCE) {
    const memberships = pending.slice(i, i + MEMBERS_AT_ONCE).map((userId) => firstMember(room, userId))
    const mirrors = await Promise.all(memberships.map((row) => UserRoom.create(userRoomOf(row)).go(ifNew)))
    const rows = await Promise.all(memberships.map((row) => Membership.create(row).go(ifNew)))
    // The mirror that existed may have been deleted since, with the membership that it belonged to.
    const unsure = memberships.filter((_, n) => mirrors[n]!.rejected && !rows[n]!.rejected)
    await Promise.all(unsure.map(mirrorMembership))
  }
  const departed = await departuresOfRoom(chatRoomId)
  const ended = pending.map((userId) => firstMember(room, userId)).filter(({ joinId }) => departed.has(joinId))
  await Promise.all(ended.map((membership) => removeMember(membership, Date.now())))
  await ChatRoom.patch({ chatRoomId })
    .remove(['setup', 'pendingMembers'])
    .where((row, { exists }) => exists(row.setup))
    .go({ returnOnConditionCheckFailure: true })
}

/**
 * AP71. Adds one pending member before the others, with the same row that `completeRoom` writes.
 *
 * @returns false if they are a member already, or this membership has ended since
 * @throws Unavailable when the table is too busy; nothing was written
 */
export async function addPendingMember(
  room: Pick<NewRoom, 'chatRoomId' | 'createdAt'>,
  userId: string,
): Promise<boolean> {
  const membership = firstMember(room, userId)
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Membership.create(membership).commit(),
    tx.Subscription.check(departureKey(membership))
      .where((row, { notExists }) => notExists(row.joinId))
      .commit(),
    tx.UserRoom.put(userRoomOf(membership)).commit(),
  ])
  const { canceled } = await transact('add the member', () => transaction.go())
  return !canceled
}

const firstMember = (
  { chatRoomId, createdAt }: Pick<NewRoom, 'chatRoomId' | 'createdAt'>,
  userId: string,
  role: 'owner' | 'member' = 'member',
): MembershipRow => ({
  chatRoomId,
  userId,
  role,
  joinedAt: createdAt,
  // Derived, not random, so that every run of `completeRoom` makes the same id.
  joinId: createHash('sha256').update(`${chatRoomId} ${createdAt} ${userId}`).digest('base64url').slice(0, 16),
  joinedSeq: 0,
  founding: true,
})
