import { createHash } from 'node:crypto'
import { getRoom } from '../entities/chat-room.ts'
import { createRoom, newJoinId } from '../entities/create-room.ts'
import { addMember, getMembership } from '../entities/membership.ts'
import { DIRECT_ROOM_PREFIX } from '../protocol/room-id.ts'
import { directRoomName } from '../protocol/direct-room-name.ts'
import { join } from './join.ts'
import { requirePlaceForRoom } from './require-place.ts'
import { type OwnConnection, sessionOf } from './session.ts'

/** The id of the direct room of two users, the same in either order. */
export function directRoomId(a: string, b: string): string {
  const pair = JSON.stringify([a, b].sort())
  return `${DIRECT_ROOM_PREFIX}${createHash('sha256').update(pair).digest('base64url')}`
}

/**
 * Looks whether the direct room of sender and recipient is there, with both in it: two reads. AP8.
 *
 * @returns `make` when it isn't: makes the room, as at the first message, or puts back who has left
 */
export async function findDirectRoom(
  sender: OwnConnection,
  recipientId: string,
  now: number,
): Promise<{ make?: () => Promise<void> }> {
  const chatRoomId = directRoomId(sender.userId, recipientId)
  const pair = [...new Set([sender.userId, recipientId])].sort()
  const memberships = await Promise.all(pair.map((userId) => getMembership(chatRoomId, userId)))
  const missing = pair.filter((_, i) => memberships[i] === undefined)
  return missing.length === 0 ? {} : { make: () => makeDirectRoom(sender, { chatRoomId, pair, missing }, now) }
}

/** The sender's session is subscribed along with it. AP38, AP44, AP32, AP5, AP10, AP14, AP3. */
async function makeDirectRoom(
  sender: OwnConnection,
  { chatRoomId, pair, missing }: { chatRoomId: string; pair: string[]; missing: string[] },
  now: number,
): Promise<void> {
  const { userId: createdBy, connectionId } = sender
  const [session] = await Promise.all([sessionOf(sender), requirePlaceForRoom(createdBy)])
  const roomName = directRoomName(pair)
  if (await createRoom({ chatRoomId, roomName, createdBy, createdAt: now, members: pair, session })) return

  const joinedSeq = (await getRoom(chatRoomId))?.headSeq ?? 0
  const rowOf = (userId: string) =>
    ({ chatRoomId, userId, role: 'member', joinedAt: now, joinId: newJoinId(), joinedSeq }) as const
  await Promise.all(
    missing.map((userId) =>
      userId === createdBy
        ? join({ ...rowOf(userId), originConnectionId: connectionId }, session)
        : addMember(rowOf(userId)),
    ),
  )
}
