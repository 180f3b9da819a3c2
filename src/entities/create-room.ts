import { randomUUID } from 'node:crypto'
import { createWriteTransaction } from 'electrodb'
import { Unavailable } from '../errors.ts'
import { ChatRoom } from './chat-room.ts'
import { Membership, type MembershipRow } from './membership.ts'
import { Subscription, subscriptionItem } from './subscription.ts'

/** DynamoDB's limit of 100 actions in one transaction, less the room and the creator's subscription. */
const MEMBERS_PER_TRANSACTION = 98

const entities = { ChatRoom, Membership, Subscription }

export interface NewRoom {
  chatRoomId: string
  roomName: string
  createdBy: string
  /** All of them, the creator too; no repeats. */
  members: readonly string[]
  /** The creating connection: subscribed along with the room, so that it misses nothing of it. */
  connection: CreatingConnection
}

export interface CreatingConnection {
  connectionId: string
  /** Epoch seconds. */
  expiresAt: number
}

export const newJoinId = (): string => randomUUID()

/**
 * AP32. Makes a room with its members and the creating connection's subscription, all or nothing. Members beyond one
 * transaction's size (the last three of 101) are named in the room, for `completeRoom`; the stream does that too, if
 * whoever founded the room doesn't come to it.
 *
 * Answers with the members still to be added, or nothing when the room exists.
 */
export async function createRoom(room: NewRoom): Promise<{ pending: string[] } | undefined> {
  const now = Date.now()
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

/** AP33. The second half of a large founding. Done once: a member who has left meanwhile isn't put back. */
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
