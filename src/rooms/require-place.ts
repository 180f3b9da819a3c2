import { hasRoomsOfTheirOwn } from '../entities/user-room.ts'
import { optional, wholeNumber } from '../env.ts'
import { LimitReached } from '../errors.ts'
import { DEFAULT_MAX_USER_ROOMS } from '../protocol/limits.ts'

/** Rooms that a user may make or join. Each of them costs a write at every connect. */
export const maxUserRooms = optional('MAX_USER_ROOMS', wholeNumber({ from: 1, to: 100_000 })) ?? DEFAULT_MAX_USER_ROOMS

/**
 * Makes sure that a user may make or join another room. AP44.
 *
 * @throws LimitReached when they have made or joined as many rooms as they may
 */
export async function requirePlaceForRoom(userId: string): Promise<void> {
  if (!(await hasRoomsOfTheirOwn(userId, maxUserRooms))) return
  throw new LimitReached(`unable to enter another room; a user makes or joins ${maxUserRooms} at most`)
}
