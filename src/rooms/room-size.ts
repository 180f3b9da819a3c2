import type { RoomRow } from '../entities/chat-room.ts'
import { getMembership, membersAfter } from '../entities/membership.ts'
import { takePlaces } from '../entities/room-size.ts'
import { optional, wholeNumber } from '../env.ts'
import { LimitReached } from '../errors.ts'
import { DEFAULT_MAX_ROOM_MEMBERS } from '../protocol/limits.ts'
import { haveCounted, haveRecounted, RECOUNT_AFTER_MS } from './have-counted.ts'

/** The limit of members of one room. */
export const maxRoomMembers =
  optional('MAX_ROOM_MEMBERS', wholeNumber({ from: 2, to: 200_000 })) ?? DEFAULT_MAX_ROOM_MEMBERS

/** Rooms with up to this many members have no counter: one page of members shows how many there are. */
const COUNTED_ABOVE = 1_000

/** What decides whether there are places in a room. */
type Room = Pick<RoomRow, 'chatRoomId' | 'counted' | 'createdAt'>

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
  room: Room,
  users: readonly string[],
  now: number,
  isPageRead = false,
): Promise<void> {
  if (room.counted) return requireCountedPlaces(room, users, now)
  if (isPageRead && maxRoomMembers > COUNTED_ABOVE) return
  const page = Math.min(COUNTED_ABOVE, maxRoomMembers)
  const members = await membersAfter(room.chatRoomId, { limit: page })
  if (members.length > page && maxRoomMembers > COUNTED_ABOVE) {
    await haveCounted(room, now)
    return requireCountedPlaces(room, users, now)
  }
  const ids = new Set(members.map(({ userId }) => userId))
  const added = users.filter((userId) => !ids.has(userId)).length
  if (added > 0 && members.length + added > maxRoomMembers) throw full()
}

/** Starts to count the members of a room if they don't fit on a page. AP83, AP122. */
export async function noteSize(room: Room, hasMoreMembers: boolean, now: number): Promise<void> {
  if (hasMoreMembers && !room.counted && maxRoomMembers > COUNTED_ABOVE) await haveCounted(room, now)
}

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
async function requireCountedPlaces(room: Room, users: readonly string[], now: number): Promise<void> {
  const { chatRoomId } = room
  const outcome = await takePlaces(chatRoomId, users.length, maxRoomMembers)
  if (outcome === 'taken') return
  const isIn = await Promise.all(users.map((userId) => getMembership(chatRoomId, userId)))
  const added = isIn.filter((membership) => membership === undefined).length
  if (added === 0) return
  if (added < users.length && (await takePlaces(chatRoomId, added, maxRoomMembers)) === 'taken') return
  if (outcome.countedAt <= now - RECOUNT_AFTER_MS) await haveRecounted(room, now)
  throw full()
}

const full = () => new LimitReached(`unable to add the member; a room has ${maxRoomMembers} at most`)
