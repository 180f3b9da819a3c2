import { createHash } from 'node:crypto'
import { getRoom } from '../entities/chat-room.ts'
import { type CreatingConnection, createRoom, newJoinId } from '../entities/create-room.ts'
import { addMember, getMembership } from '../entities/membership.ts'
import { subscribe } from '../entities/subscription.ts'
import { DIRECT_ROOM_PREFIX } from '../protocol/room-id.ts'
import { directRoomName } from '../protocol/direct-room-name.ts'

/** The id of the direct room of two users, the same in either order. */
export function directRoomId(a: string, b: string): string {
  const pair = JSON.stringify([a, b].sort())
  return `${DIRECT_ROOM_PREFIX}${createHash('sha256').update(pair).digest('base64url')}`
}

/**
 * Makes sure that the direct room exists, that both users are members, and that the sending connection is subscribed if
 * the sender was none before. Usually two reads. The first message creates the room; a user who has left is added
 * again. AP8, AP32, AP5, AP10, AP14.
 */
export async function ensureDirectRoom(
  sender: CreatingConnection & { userId: string },
  recipientId: string,
  now: number,
): Promise<void> {
  const { userId: createdBy, connectionId, expiresAt } = sender
  const chatRoomId = directRoomId(createdBy, recipientId)
  const pair = [...new Set([createdBy, recipientId])].sort()
  const memberships = await Promise.all(pair.map((userId) => getMembership(chatRoomId, userId)))
  const missing = pair.filter((_, i) => memberships[i] === undefined)
  if (missing.length === 0) return

  const roomName = directRoomName(pair)
  const connection = { connectionId, expiresAt }
  if (await createRoom({ chatRoomId, roomName, createdBy, members: pair, connection }, now)) return

  const joinedSeq = (await getRoom(chatRoomId))?.headSeq ?? 0
  await Promise.all(
    missing.map(async (userId) => {
      const joinId = newJoinId()
      const row = { chatRoomId, userId, role: 'member', joinedAt: now, joinId, joinedSeq } as const
      const added = await addMember(userId === createdBy ? { ...row, originConnectionId: connectionId } : row)
      if (added && userId === createdBy) await subscribe([{ chatRoomId, userId, joinId, ...connection }])
    }),
  )
}
