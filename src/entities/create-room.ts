import { randomUUID } from 'node:crypto'
import { createWriteTransaction } from 'electrodb'
import { Unavailable } from '../errors.ts'
import { ChatRoom } from './chat-room.ts'
import { Membership, type MembershipRow } from './membership.ts'
import { Subscription, subscriptionItem } from './subscription.ts'

/** DynamoDB allows 100 actions in one transaction; the room and the creator's subscription are two. */
const MEMBERS_PER_TRANSACTION = 98

const entities = { ChatRoom, Membership, Subscription }

export interface NewRoom {
  chatRoomId: string
  roomName: string
  createdBy: string
  /** Each first member once, the creator included. */
  members: readonly string[]
  /** The creating connection. It is subscribed in the same transaction, so that it misses no event. */
  connection: CreatingConnection
}

export interface CreatingConnection {
  connectionId: string
  /** Epoch seconds. */
  expiresAt: number
}

/** For each membership anew. */
export const newJoinId = (): string => randomUUID()

/**
 * AP32. Creates a room with its members and the creating connection's subscription, all or nothing. Members beyond one
 * transaction's size (the last three of 101) are listed in the room, for `completeRoom`. The stream calls that too, in
 * case the creator's function ends before it does.
 *
 * @returns the members that are still to be added, or undefined when the room exists already
 * @throws Unavailable when the transaction was cancelled for any other reason; nothing was written
 */
export async function createRoom(room: NewRoom, now: number): Promise<{ pending: string[] } | undefined> {
  const { chatRoomId, roomName, createdBy, connection } = room
  const creator = createdBy
  const members = [creator, ...room.members.filter((userId) => userId !== creator)]
  const first = members.slice(0, MEMBERS_PER_TRANSACTION)
  const pending = members.slice(MEMBERS_PER_TRANSACTION)
  const joinId = newJoinId()
  const own = { joinId, originConnectionId: connection.connectionId }
  const { canceled, data } = await createWriteTransaction(entities, (tx) => [
    tx.ChatRoom.create({
      chatRoomId,
      roomName,
      createdBy,
      createdAt: now,
      ...(pending.length === 0 ? {} : { setup: 'pending', pendingMembers: pending }),
    }).commit(),
    tx.Subscription.put(subscriptionItem({ ...connection, chatRoomId, userId: creator, joinId })).commit(),
    ...first.map((userId) => {
      const row = firstMember(room, userId, now)
      return tx.Membership.create(userId === creator ? { ...row, ...own } : row).commit()
    }),
  ]).go()
  if (!canceled) return { pending }
  if (data[0]?.code === 'ConditionalCheckFailed') return undefined
  throw new Unavailable('unable to create the room; the transaction was cancelled')
}

/**
 * AP33. Adds the first members that `createRoom` left pending. Takes effect once: a member who has left meanwhile isn't
 * added again.
 *
 * @throws Unavailable when the transaction was cancelled; nothing was written
 */
export async function completeRoom(
  room: Pick<NewRoom, 'chatRoomId' | 'createdBy'>,
  pending: readonly string[],
  now: number,
): Promise<void> {
  const { chatRoomId } = room
  const { canceled, data } = await createWriteTransaction(entities, (tx) => [
    tx.ChatRoom.patch({ chatRoomId })
      .remove(['setup', 'pendingMembers'])
      .where((row, { exists }) => exists(row.setup))
      .commit(),
    ...pending.map((userId) => tx.Membership.put(firstMember(room, userId, now)).commit()),
  ]).go()
  if (canceled && data[0]?.code !== 'ConditionalCheckFailed') {
    throw new Unavailable('unable to complete the room; the transaction was cancelled')
  }
}

const firstMember = (
  { chatRoomId, createdBy }: Pick<NewRoom, 'chatRoomId' | 'createdBy'>,
  userId: string,
  now: number,
): MembershipRow => ({
  chatRoomId,
  userId,
  role: userId === createdBy ? 'owner' : 'member',
  joinedAt: now,
  joinId: newJoinId(),
  joinedSeq: 0,
  founding: true,
})
