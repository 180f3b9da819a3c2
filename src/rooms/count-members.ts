import { membersAfter } from '../entities/membership.ts'
import { MAX_MEMBERS_PER_REPLY } from '../protocol/limits.ts'

/** AP67. How many are in a room; undefined above 1,000. 7 read units for 100 members, 66 for 1,000. */
export async function countMembers(chatRoomId: string): Promise<number | undefined> {
  const { length } = await membersAfter(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY })
  return length > MAX_MEMBERS_PER_REPLY ? undefined : length
}
