import { membersAfter } from '../entities/membership.ts'
import { MAX_MEMBERS_PER_REPLY } from '../protocol/limits.ts'

/**
 * Returns the number of members of a room, or undefined if there are more than 1,000. Costs 7 read units for 100
 * members, 66 for 1,000. AP67.
 */
export async function countMembers(chatRoomId: string): Promise<number | undefined> {
  const { length } = await membersAfter(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY })
  return length > MAX_MEMBERS_PER_REPLY ? undefined : length
}
