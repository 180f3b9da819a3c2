import { getRoom, type RoomRow } from '../entities/chat-room.ts'
import { addPendingMember } from '../entities/create-room.ts'
import { getMembership, type MembershipRow } from '../entities/membership.ts'

/**
 * Returns a user's membership, or undefined if they aren't a member. A user who was named when the room was created is
 * a member from then on: if their row is still pending, it is written now. AP8; AP5 and AP71 if there is no row.
 */
export async function membershipIn(chatRoomId: string, userId: string): Promise<MembershipRow | undefined> {
  const membership = await getMembership(chatRoomId, userId)
  return membership ?? pendingMembership(await getRoom(chatRoomId), userId)
}

/** Returns the membership of a user who has no row yet, if they are among the room's pending members. AP71, AP8. */
export async function pendingMembership(room: RoomRow | undefined, userId: string): Promise<MembershipRow | undefined> {
  if (!room?.pendingMembers?.includes(userId)) return undefined
  await addPendingMember(room, userId)
  return getMembership(room.chatRoomId, userId)
}
