import type { RoomRow } from '../entities/chat-room.ts'
import { hourlyJobItem, putJob } from '../entities/job.ts'
import { getMembership, membersAfter } from '../entities/membership.ts'
import { startCounting, takePlaces } from '../entities/room-size.ts'
import { optional, wholeNumber } from '../env.ts'
import { LimitReached } from '../errors.ts'
import { DEFAULT_MAX_ROOM_MEMBERS } from '../protocol/limits.ts'

/** The limit of members of one room. */
export const maxRoomMembers =
  optional('MAX_ROOM_MEMBERS', wholeNumber({ from: 2, to: 200_000 })) ?? DEFAULT_MAX_ROOM_MEMBERS

/** Rooms with up to this many members have no counter: one page of members shows how many there are. */
const COUNTED_ABOVE = 1_000

/** The shortest time between two counts of a room, in milliseconds, because a count reads every member. */
const RECOUNT_AFTER_MS = 10 * 60 * 1_000

/**
 * Makes sure that a room has places for these users. In a small room, a page of its members is read. In a room that was
 * found to be large, the members have a counter, which costs one write unit for each join. No join counts the members
 * of a large room: the janitor does. AP67, AP82, AP83, AP8, AP122.
 *
 * @param users the users who are to become members; those who are members already need no place
 * @param isPageRead whether the caller reads a page of members afterwards in any case, and gives it to `noteSize`; then
 *   this function reads none, unless the limit is smaller than a page
 * @throws LimitReached when there aren't enough places
 */
export async function requirePlaceForMembers(
  { chatRoomId, counted }: Pick<RoomRow, 'chatRoomId' | 'counted'>,
  users: readonly string[],
  now: number,
  isPageRead = false,
): Promise<void> {
  if (counted) return requireCountedPlaces(chatRoomId, users, now)
  if (isPageRead && maxRoomMembers > COUNTED_ABOVE) return
  const page = Math.min(COUNTED_ABOVE, maxRoomMembers)
  const members = await membersAfter(chatRoomId, { limit: page })
  if (members.length > page && maxRoomMembers > COUNTED_ABOVE) {
    await haveCounted(chatRoomId, now)
    return requireCountedPlaces(chatRoomId, users, now)
  }
  const ids = new Set(members.map(({ userId }) => userId))
  const added = users.filter((userId) => !ids.has(userId)).length
  if (added > 0 && members.length + added > maxRoomMembers) throw full()
}

/** Starts to count the members of a room if they don't fit on a page. AP83, AP122. */
export async function noteSize(
  { chatRoomId, counted }: Pick<RoomRow, 'chatRoomId' | 'counted'>,
  hasMoreMembers: boolean,
  now: number,
): Promise<void> {
  if (hasMoreMembers && !counted && maxRoomMembers > COUNTED_ABOVE) await haveCounted(chatRoomId, now)
}

/** Has the members of a large room counted again by the janitor. AP122. */
export async function haveRecounted(chatRoomId: string, now: number): Promise<void> {
  await putJob(countJob(chatRoomId, now))
}

/** Has the members counted by the janitor, and counts who joins until then. */
async function haveCounted(chatRoomId: string, now: number): Promise<void> {
  await haveRecounted(chatRoomId, now)
  await startCounting(chatRoomId, now)
}

const countJob = (chatRoomId: string, now: number) => hourlyJobItem('countMembers', { chatRoomId }, now)

/**
 * Makes sure that a new room doesn't have too many members.
 *
 * @throws LimitReached when it has
 */
export function requireSmallEnough(members: number): void {
  if (members > maxRoomMembers) throw full()
}

/**
 * Takes places from the counter. Whoever finds none is refused, and has the members counted again, because some may
 * have left.
 */
async function requireCountedPlaces(chatRoomId: string, users: readonly string[], now: number): Promise<void> {
  const outcome = await takePlaces(chatRoomId, users.length, maxRoomMembers)
  if (outcome === 'taken') return
  const isIn = await Promise.all(users.map((userId) => getMembership(chatRoomId, userId)))
  const added = isIn.filter((membership) => membership === undefined).length
  if (added === 0) return
  if (added < users.length && (await takePlaces(chatRoomId, added, maxRoomMembers)) === 'taken') return
  if (outcome.countedAt <= now - RECOUNT_AFTER_MS) await haveRecounted(chatRoomId, now)
  throw full()
}

const full = () => new LimitReached(`unable to add the member; a room has ${maxRoomMembers} at most`)
