import { getRoom } from '../entities/chat-room.ts'
import { getMembership, membersAfter, removeMember } from '../entities/membership.ts'
import { setDirectRoles } from '../entities/moderate.ts'
import { roomsOfUser } from '../entities/user-room.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import { noteChanges } from './note-changes.ts'

/** Rooms that are left side by side. */
const ROOMS_AT_ONCE = 20

/**
 * Takes an erased user out of some of their rooms, whose clients forget them at once. The other of a direct room stays
 * its guest, as after a block: so no send to who is erased reads more than its membership. AP5, AP8, AP11, AP12, AP49,
 * AP67, AP88, AP89, AP90.
 *
 * @returns how many rooms they have left, and whether they may be in more
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

/** The record of the change makes the stream tell everybody. Of a room that is gone there is nobody. AP5. */
export async function noteErased(chatRoomId: string, userIds: readonly string[], now: number): Promise<void> {
  if ((await getRoom(chatRoomId)) === undefined) return
  await noteChanges(
    chatRoomId,
    userIds.map((id) => ({ what: 'e', id })),
    now,
  )
}
