import { getRoom, type RoomRow } from '../entities/chat-room.ts'
import { addPendingMember } from '../entities/create-room.ts'
import { getMembership, type MembershipRow } from '../entities/membership.ts'

/**
 * A user's membership. Who was named when the room was made is a member from then on: if their row is still to be
 * written, it is written now. AP8; AP5 and AP71 when there is no row.
 */
export async function membershipIn(chatRoomId: string, userId: string): Promise<MembershipRow | undefined> {
  const membership = await getMembership(chatRoomId, userId)
  return membership ?? pendingMembership(await getRoom(chatRoomId), userId)
}

/** The same for a user without a row, when the room is known. AP71, AP8. */
export async function pendingMembership(room: RoomRow | undefined, userId: string): Promise<MembershipRow | undefined> {
  if (!room?.pendingMembers?.includes(userId)) return undefined
  await addPendingMember(room, userId)
  return getMembership(room.chatRoomId, userId)
}
