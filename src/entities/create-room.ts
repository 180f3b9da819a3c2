import { createHash, randomUUID } from 'node:crypto'
import { createWriteTransaction } from 'electrodb'
import { Unavailable } from '../errors.ts'
import { MAX_ROOM_NAME_CHARS } from '../protocol/limits.ts'
import { ChatRoom, getRoom } from './chat-room.ts'
import { addMember, getMembership, Membership, type MembershipRow } from './membership.ts'
import { subscribe, Subscription, subscriptionItem } from './subscription.ts'

/** DynamoDB's limit of 100 actions in one transaction, less the room and the creator's subscription. */
const MEMBERS_PER_TRANSACTION = 98

const entities = { ChatRoom, Membership, Subscription }

export interface Founding {
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
 * transaction's size (the last three of 101) are named in the room, for `completeFounding`; the stream does that too, if
 * whoever founded the room doesn't come to it.
 *
 * Answers with the members still to be added, or nothing when the room exists.
 */
export async function foundRoom(founding: Founding): Promise<{ pending: string[] } | undefined> {
  const now = Date.now()
  const { chatRoomId, roomName, createdBy, connection } = founding
  const creator = createdBy
  const members = [creator, ...founding.members.filter((userId) => userId !== creator)]
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
      const row = founder(founding, userId, now)
      return tx.Membership.create(userId === creator ? { ...row, ...own } : row).commit()
    }),
  ]).go()
  if (!canceled) return { pending }
  if (data[0]?.code === 'ConditionalCheckFailed') return undefined
  throw new Unavailable('unable to create the room; the transaction was cancelled')
}

/** AP33. The second half of a large founding. Done once: a member who has left meanwhile isn't put back. */
export async function completeFounding(
  founding: Pick<Founding, 'chatRoomId' | 'createdBy'>,
  pending: readonly string[],
  now: number,
): Promise<void> {
  const { chatRoomId } = founding
  const { canceled, data } = await createWriteTransaction(entities, (tx) => [
    tx.ChatRoom.patch({ chatRoomId })
      .remove(['setup', 'pendingMembers'])
      .where((room, { exists }) => exists(room.setup))
      .commit(),
    ...pending.map((userId) => tx.Membership.put(founder(founding, userId, now)).commit()),
  ]).go()
  if (canceled && data[0]?.code !== 'ConditionalCheckFailed') {
    throw new Unavailable('unable to complete the room; the transaction was cancelled')
  }
}

const founder = (
  { chatRoomId, createdBy }: Pick<Founding, 'chatRoomId' | 'createdBy'>,
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

/** The direct room of two users: the same id whichever of the two asks. */
export function directRoomId(a: string, b: string): string {
  const pair = JSON.stringify([a, b].sort())
  return `dm:${createHash('sha256').update(pair).digest('base64url')}`
}

/**
 * The direct room of sender and recipient, with both in it and the sending connection subscribed. In the usual case two
 * reads; made at the first message, and mended when one of the two had left. AP8, AP32, AP5, AP10, AP14.
 */
export async function ensureDirectRoom(
  sender: CreatingConnection & { userId: string },
  recipientId: string,
): Promise<void> {
  const { userId: createdBy, connectionId, expiresAt } = sender
  const chatRoomId = directRoomId(createdBy, recipientId)
  const pair = [...new Set([createdBy, recipientId])].sort()
  const memberships = await Promise.all(pair.map((userId) => getMembership(chatRoomId, userId)))
  const missing = pair.filter((_, i) => memberships[i] === undefined)
  if (missing.length === 0) return

  const roomName = [...pair.join(', ')].slice(0, MAX_ROOM_NAME_CHARS).join('')
  const connection = { connectionId, expiresAt }
  if (await foundRoom({ chatRoomId, roomName, createdBy, members: pair, connection })) return

  const joinedSeq = (await getRoom(chatRoomId))?.headSeq ?? 0
  const joinedAt = Date.now()
  await Promise.all(
    missing.map(async (userId) => {
      const joinId = newJoinId()
      const row = { chatRoomId, userId, role: 'member', joinedAt, joinId, joinedSeq } as const
      const added = await addMember(userId === createdBy ? { ...row, originConnectionId: connectionId } : row)
      if (added && userId === createdBy) await subscribe([{ chatRoomId, userId, joinId, ...connection }])
    }),
  )
}
