import { createHash } from 'node:crypto'
import { createWriteTransaction } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { ChatRoom } from './chat-room.ts'
import { ChatRoomDetails, type DetailsRow } from './chat-room-details.ts'
import { Membership, type MembershipRow, mirrorMembership, removeMember } from './membership.ts'
import type { SessionRow } from './session.ts'
import { departureKey, departuresOfRoom, Subscription, subscriptionItem } from './subscription.ts'
import { transact } from './transact.ts'
import { UserRoom, userRoomOf } from './user-room.ts'

/** A row costs twice as much in a transaction: beyond a small room's members they are written one by one. */
const MEMBERS_PER_TRANSACTION = 10

const MEMBERS_AT_ONCE = 16

const entities = { ChatRoom, ChatRoomDetails, Membership, Subscription, UserRoom }

export interface NewRoom {
  chatRoomId: string
  roomName: string
  createdBy: string
  /** Epoch milliseconds. */
  createdAt: number
  /** One of the members; undefined when a backend makes a room for others. */
  owner?: string
  /** All of them, the owner too; no repeats. */
  members: readonly string[]
  /** The owner's session, if there is one: subscribed along with the room, so that it misses nothing of it. */
  session?: SessionRow
  /** `p` is public, `r` private. */
  access?: 'p' | 'r'
  gate?: string
  historyFrom?: 'j'
  retentionDays?: number
  retentionByServer?: boolean
  /** What the room is beside; undefined when it has nothing of its own. */
  details?: DetailsRow
}

/**
 * AP32. Makes a room with its first ten members and the creating session's subscription, all or nothing. Further
 * members are named in the room, for `completeRoom`; the stream does that too, if the creating function doesn't come to
 * it.
 *
 * @returns the members still to be added; undefined when the room exists
 * @throws Unavailable when nothing was written
 */
export async function createRoom(room: NewRoom): Promise<{ pending: string[] } | undefined> {
  const { chatRoomId, roomName, createdBy, createdAt, owner, session, access, gate, historyFrom, details } = room
  const { retentionDays, retentionByServer } = room
  // The owner is never among those who are added later: those are members.
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
  ])
  const { canceled } = await transact('create the room', () => transaction.go())
  return canceled ? undefined : { pending }
}

/**
 * AP33. Adds the members that are pending, and marks the room as complete. It may run twice, and at once: the rows are
 * the same each time, and a membership that exists, by the user's own join say, stays as it is. The mirror is written
 * first, so that no one leaves a room of which a mirror comes later. Of two runs the second may put back a member who
 * left after the first: the departure says so, and ends the membership again.
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
    // A mirror that was there may have been deleted since, with the membership that it stood for.
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
 * AP71. Adds one of the pending members before the others, with the row that `completeRoom` gives them.
 *
 * @returns false when they are in already, or that membership has ended since
 * @throws Unavailable when nothing was written
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
  // The same whenever the room is completed.
  joinId: createHash('sha256').update(`${chatRoomId} ${createdAt} ${userId}`).digest('base64url').slice(0, 16),
  joinedSeq: 0,
  founding: true,
})
