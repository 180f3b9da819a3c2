import { getRoom } from '../entities/chat-room.ts'
import { getMembership, membersAfter, removeMember } from '../entities/membership.ts'
import { setDirectRoles } from '../entities/moderate.ts'
import { roomsOfUser } from '../entities/user-room.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import { noteChanges } from './note-changes.ts'

/** How many rooms are left in parallel. */
const ROOMS_AT_ONCE = 20

/**
 * Removes an erased user from some of their rooms, whose clients remove the user at once. In a direct room, the other
 * user becomes a guest, as after a block. So a send to an erased user is refused after reading only the membership.
 * AP5, AP8, AP11, AP12, AP49, AP67, AP88, AP89, AP90.
 *
 * @returns how many rooms the user has left, and whether they may be in more
 */
export async function leaveRooms(userId: string, now: number): Promise<{ left: number; hasMore: boolean }> {
  const { rooms, nextCursor } = await roomsOfUser(userId, { limit: ROOMS_AT_ONCE })
  const left = await Promise.all(
    rooms.map(async ({ chatRoomId }) => {
      const membership = await getMembership(chatRoomId, userId)
      if (membership === undefined) return false
      await noteErased(chatRoomId, [userId], now)
      if (isDirectRoomId(chatRoomId)) await keepOtherFromWriting(chatRoomId, userId)
      return removeMember(membership, now)
    }),
  )
  return { left: left.filter(Boolean).length, hasMore: nextCursor !== undefined }
}

async function keepOtherFromWriting(chatRoomId: string, userId: string): Promise<void> {
  const members = await membersAfter(chatRoomId, { limit: 2 })
  const other = members.find((member) => member.userId !== userId)
  if (other !== undefined) await setDirectRoles(chatRoomId, [userId, other.userId], 'guest')
}

/**
 * Logs that users were erased, so that the stream function informs the room. Does nothing if the room no longer exists.
 * AP5.
 */
export async function noteErased(chatRoomId: string, userIds: readonly string[], now: number): Promise<void> {
  if ((await getRoom(chatRoomId)) === undefined) return
  await noteChanges(
    chatRoomId,
    userIds.map((id) => ({ what: 'e', id })),
    now,
  )
}
