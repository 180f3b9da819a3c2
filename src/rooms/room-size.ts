import type { RoomRow } from '../entities/chat-room.ts'
import { getMembership, membersAfter } from '../entities/membership.ts'
import { claimRecount, recount, startCounting, takePlaces } from '../entities/room-size.ts'
import { optional, wholeNumber } from '../env.ts'
import { LimitReached } from '../errors.ts'
import { DEFAULT_MAX_ROOM_MEMBERS } from '../protocol/limits.ts'

/** Members of one room. */
export const maxRoomMembers =
  optional('MAX_ROOM_MEMBERS', wholeNumber({ from: 2, to: 200_000 })) ?? DEFAULT_MAX_ROOM_MEMBERS

/** A room of so many has no counter: a page of its members tells how many there are. */
const COUNTED_ABOVE = 1_000

/** A count isn't made anew sooner than this, because it reads every member. */
const RECOUNT_AFTER_MS = 10 * 60 * 1_000

/**
 * Whether so many users may become members. A small room is looked at by a page of its members; the members of one that
 * was found to be large are counted, one write unit for each join. AP67, AP82, AP83, AP84, AP85, AP8.
 *
 * @param users who are to become members; those who are in the room need no place
 * @param isPageRead whether a page of members is read afterwards in any case, and given to `noteSize`: then nobody has
 *   to look now, unless the limit is smaller than a page
 * @throws LimitReached
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
    await startCounting(chatRoomId, now)
    return requireCountedPlaces(chatRoomId, users, now)
  }
  const ids = new Set(members.map(({ userId }) => userId))
  const added = users.filter((userId) => !ids.has(userId)).length
  if (added > 0 && members.length + added > maxRoomMembers) throw full()
}

/** AP83. A room whose members don't fit on a page is counted from now on. */
export async function noteSize(
  { chatRoomId, counted }: Pick<RoomRow, 'chatRoomId' | 'counted'>,
  hasMoreMembers: boolean,
  now: number,
): Promise<void> {
  if (hasMoreMembers && !counted && maxRoomMembers > COUNTED_ABOVE) await startCounting(chatRoomId, now)
}

/** @throws LimitReached when a new room would have more members than a room may have */
export function requireSmallEnough(members: number): void {
  if (members > maxRoomMembers) throw full()
}

async function requireCountedPlaces(chatRoomId: string, users: readonly string[], now: number): Promise<void> {
  const outcome = await takePlaces(chatRoomId, users.length, maxRoomMembers)
  if (outcome === 'taken') return
  const isIn = await Promise.all(users.map((userId) => getMembership(chatRoomId, userId)))
  const added = isIn.filter((membership) => membership === undefined).length
  if (added === 0) return
  if (outcome.countedAt <= now - RECOUNT_AFTER_MS && (await claimRecount(outcome, now))) await recount(chatRoomId)
  else if (added === users.length) throw full()
  if ((await takePlaces(chatRoomId, added, maxRoomMembers)) !== 'taken') throw full()
}

const full = () => new LimitReached(`unable to add the member; a room has ${maxRoomMembers} at most`)
