import type { RoomRow } from '../entities/chat-room.ts'
import type { DetailsRow } from '../entities/chat-room-details.ts'
import { membersAfter, type RoomWithMembers } from '../entities/membership.ts'
import { MAX_MEMBERS_PER_REPLY } from '../protocol/limits.ts'

/**
 * The members of a large room are counted up to this kept number. It may be a little too high, and what is at most a
 * thousand has to be exact.
 */
const SURELY_ABOVE = MAX_MEMBERS_PER_REPLY * 1.1

/** What is said of a room that has more members than were read, if nothing else is known. */
const MORE = MAX_MEMBERS_PER_REPLY + 1

/**
 * Returns the number of members of a room, or undefined if there are more than 1,000. Costs 7 read units for 100
 * members, 66 for 1,000. AP67.
 *
 * @param pending members whose rows are still to be written
 */
async function countMembers(chatRoomId: string, pending: readonly string[] = []): Promise<number | undefined> {
  const rows = await membersAfter(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY })
  const { size } = new Set([...rows.map(({ userId }) => userId), ...pending])
  return size > MAX_MEMBERS_PER_REPLY ? undefined : size
}

/**
 * Returns the number of members of a room as replies and events say it: exact up to 1,000, else what the follow-ups
 * keep. A large room's members are not counted here. AP67.
 */
export async function memberCountOf(
  { chatRoomId, counted, pendingMembers }: Pick<RoomRow, 'chatRoomId' | 'counted' | 'pendingMembers'>,
  details: Pick<DetailsRow, 'memberCount'> | undefined,
): Promise<number> {
  const kept = details?.memberCount ?? 0
  if (counted && kept > SURELY_ABOVE) return kept
  return (await countMembers(chatRoomId, pendingMembers)) ?? Math.max(kept, MORE)
}

/**
 * Returns the same number for a room of which the first page of members was read, without any further read. The page
 * has all members of most rooms. A room with more is large for its joins, whatever the length of the ids: the
 * follow-ups keep its number, exact up to 1,000 too. Only whoever finds that first is told no more than what they have
 * seen.
 */
export const memberCountOnPage = ({ details, members, nextCursor }: RoomWithMembers): number =>
  nextCursor === undefined ? members.length : Math.max(details?.memberCount ?? 0, members.length + 1)

/**
 * Returns the same number for a room of which a page of members was read, and counts the members if it must. AP67.
 *
 * @param isFirst whether it is the first page
 */
export async function memberCountIn(found: RoomWithMembers, isFirst: boolean): Promise<number> {
  const { room, details, members, nextCursor } = found
  const isEnough = nextCursor === undefined || members.length === MAX_MEMBERS_PER_REPLY
  return isFirst && isEnough ? memberCountOnPage(found) : memberCountOf(room, details)
}
