import { noteMemberCount } from '../entities/chat-room-details.ts'
import { roomWithDetails } from '../entities/membership.ts'
import { moveMembers } from '../entities/room-size.ts'
import { MAX_MEMBERS_PER_REPLY } from '../protocol/limits.ts'
import { memberCountOf } from './count-members.ts'
import { haveCounted, haveRecounted, RECOUNT_AFTER_MS } from './have-counted.ts'
import { accessOfRoom } from './room-view.ts'

/** How many members have joined a room and left it. */
export interface Moves {
  chatRoomId: string
  joined: number
  left: number
}

/** How far the kept number may be from what is known, as a part of it. Above 1,000 members; below, it is exact. */
const INEXACT = 0.01

/**
 * After this many joins and leaves, as a part of the members, but of no less than a thousand, a large room is counted
 * again: a record that comes twice moves the number twice.
 */
const MOVED = 0.05

/**
 * Keeps the number of members in a room's details, for the list of public rooms and for whoever reads a large room. The
 * members of other rooms are counted when somebody reads them, so nothing is kept. A public room of up to 1,000 members
 * is counted; the number of a larger one is moved, and the janitor counts it again after some moves. AP67, AP83, AP98,
 * AP122, AP160, AP161.
 *
 * @param now epoch milliseconds
 */
export async function keepMemberCount({ chatRoomId, joined, left }: Moves, now: number): Promise<void> {
  const found = await roomWithDetails(chatRoomId)
  if (found === undefined) return
  const { room, details } = found
  if (accessOfRoom(room) !== 'public' && !room.counted) return
  const moved = room.counted ? await moveMembers(chatRoomId, { joined, left }) : undefined
  if (room.counted && isToRecount(moved, { joined, left }, now)) await haveRecounted(room, now)
  const members = await memberCountOf(room, moved ? { memberCount: moved.shown } : details)
  if (!room.counted && members > MAX_MEMBERS_PER_REPLY) await haveCounted(room, now)
  const kept = details?.memberCount ?? 0
  const most = members > MAX_MEMBERS_PER_REPLY ? members * INEXACT : 0
  if (Math.abs(members - kept) > most) await noteMemberCount(chatRoomId, members)
}

/**
 * Returns whether a large room's members are to be counted again: when the moves of this batch are the first too many,
 * and from ten minutes after the last count on. In between, the job is open already, and waits until then.
 *
 * @param moved the number after the moves of this batch; undefined if nothing is known yet
 */
function isToRecount(
  moved: Awaited<ReturnType<typeof moveMembers>>,
  { joined, left }: Omit<Moves, 'chatRoomId'>,
  now: number,
): boolean {
  if (moved === undefined) return true
  const { shown, moves, countedAt } = moved
  const areTooMany = (count: number, members: number) => count > Math.max(members, MAX_MEMBERS_PER_REPLY) * MOVED
  if (!areTooMany(moves, shown)) return false
  return countedAt <= now - RECOUNT_AFTER_MS || !areTooMany(moves - joined - left, shown - joined + left)
}
