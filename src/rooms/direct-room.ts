import { createHash } from 'node:crypto'
import { getRoom } from '../entities/chat-room.ts'
import { type CreatingConnection, createRoom, newJoinId } from '../entities/create-room.ts'
import { addMember, getMembership } from '../entities/membership.ts'
import { subscribe } from '../entities/subscription.ts'
import { DIRECT_ROOM_PREFIX } from '../protocol/room-id.ts'
import { directRoomName } from '../protocol/direct-room-name.ts'

/** The direct room of two users: the same id whichever of the two asks. */
export function directRoomId(a: string, b: string): string {
  const pair = JSON.stringify([a, b].sort())
  return `${DIRECT_ROOM_PREFIX}${createHash('sha256').update(pair).digest('base64url')}`
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

  const roomName = directRoomName(pair)
  const connection = { connectionId, expiresAt }
  if (await createRoom({ chatRoomId, roomName, createdBy, members: pair, connection })) return

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
