import { createHash, randomUUID } from 'node:crypto'
import { createWriteTransaction } from 'electrodb'
import { Unavailable } from '../errors.ts'
import { MAX_ROOM_NAME_CHARS } from '../protocol/limits.ts'
import { ChatRoom, getRoom } from './chat-room.ts'
import { addMember, getMembership, Membership, type MembershipRow } from './membership.ts'

/** DynamoDB's limit of actions in one transaction, less the room itself. */
const MEMBERS_PER_TRANSACTION = 99

const entities = { ChatRoom, Membership }

export interface Founding {
  chatRoomId: string
  roomName: string
  createdBy: string
  /** All of them, the creator too; no repeats. */
  members: readonly string[]
  /** The creator's connection, and the id of the creator's join, which its subscription stands on. */
  originConnectionId: string
  joinId: string
}

export const newJoinId = (): string => randomUUID()

/**
 * AP32. Makes a room with its members, both or neither. Members beyond one transaction's size (only the hundredth and
 * hundred-and-first) are named in the room and written right after; if that is cut off, the stream completes it.
 * Answers false when the room exists.
 */
export async function foundRoom(founding: Founding): Promise<boolean> {
  const now = Date.now()
  const first = founding.members.slice(0, MEMBERS_PER_TRANSACTION)
  const rest = founding.members.slice(MEMBERS_PER_TRANSACTION)
  const { chatRoomId, roomName, createdBy } = founding
  const { canceled, data } = await createWriteTransaction(entities, (tx) => [
    tx.ChatRoom.create({
      chatRoomId,
      roomName,
      createdBy,
      createdAt: now,
      ...(rest.length === 0 ? {} : { setup: 'pending', pendingMembers: [...rest] }),
    }).commit(),
    ...first.map((userId) => tx.Membership.create(founder(founding, userId, now)).commit()),
  ]).go()
  if (canceled) {
    if (data[0]?.code === 'ConditionalCheckFailed') return false
    throw new Unavailable('unable to create the room; the transaction was cancelled')
  }
  if (rest.length > 0) await completeFounding(founding, rest, now)
  return true
}

/** AP33. The second half of a large founding. Done once: a member who has left meanwhile isn't put back. */
export async function completeFounding(
  founding: Omit<Founding, 'members'>,
  rest: readonly string[],
  now: number,
): Promise<void> {
  const { chatRoomId } = founding
  const { canceled, data } = await createWriteTransaction(entities, (tx) => [
    tx.ChatRoom.patch({ chatRoomId })
      .remove(['setup', 'pendingMembers'])
      .where((room, { exists }) => exists(room.setup))
      .commit(),
    ...rest.map((userId) => tx.Membership.put(founder(founding, userId, now)).commit()),
  ]).go()
  if (canceled && data[0]?.code !== 'ConditionalCheckFailed') {
    throw new Unavailable('unable to complete the room; the transaction was cancelled')
  }
}

const founder = (
  { chatRoomId, createdBy, originConnectionId, joinId }: Omit<Founding, 'members'>,
  userId: string,
  now: number,
): MembershipRow => ({
  chatRoomId,
  userId,
  role: userId === createdBy ? 'owner' : 'member',
  joinedAt: now,
  joinId: userId === createdBy ? joinId : newJoinId(),
  joinedSeq: 0,
  founding: true,
  ...(userId === createdBy ? { originConnectionId } : {}),
})

/** The direct room of two users: the same id whichever of the two asks. */
export function directRoomId(a: string, b: string): string {
  const pair = JSON.stringify([a, b].sort())
  return `dm:${createHash('sha256').update(pair).digest('base64url')}`
}

/**
 * The direct room of sender and recipient, with both in it. In the usual case two reads; made at the first message, and
 * mended when one of the two had left. Answers with the sender's new joinId when the sender has just come into it.
 * AP8, AP32, AP5, AP10.
 */
export async function ensureDirectRoom(
  sender: { userId: string; connectionId: string },
  recipientId: string,
): Promise<{ joinId?: string }> {
  const chatRoomId = directRoomId(sender.userId, recipientId)
  const pair = [...new Set([sender.userId, recipientId])].sort()
  const memberships = await Promise.all(pair.map((userId) => getMembership(chatRoomId, userId)))
  const missing = pair.filter((_, i) => memberships[i] === undefined)
  if (missing.length === 0) return {}

  const joinId = newJoinId()
  const roomName = [...pair.join(', ')].slice(0, MAX_ROOM_NAME_CHARS).join('')
  const originConnectionId = sender.connectionId
  const made = await foundRoom({
    chatRoomId,
    roomName,
    createdBy: sender.userId,
    members: pair,
    originConnectionId,
    joinId,
  })
  if (made) return { joinId }

  const joinedSeq = (await getRoom(chatRoomId))?.headSeq ?? 0
  const joinedAt = Date.now()
  const added = await Promise.all(
    missing.map((userId) =>
      addMember({
        chatRoomId,
        userId,
        role: 'member',
        joinedAt,
        joinId: userId === sender.userId ? joinId : newJoinId(),
        joinedSeq,
        ...(userId === sender.userId ? { originConnectionId } : {}),
      }),
    ),
  )
  return added[missing.indexOf(sender.userId)] ? { joinId } : {}
}
