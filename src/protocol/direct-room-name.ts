import { MAX_ROOM_NAME_CHARS } from './limits.ts'

const SEPARATOR = ', '

/** Returns the name of the direct room of these users: `ada, bob`, cut to the longest name that a room may have. */
export const directRoomName = (userIds: readonly string[]): string =>
  [...userIds.join(SEPARATOR)].slice(0, MAX_ROOM_NAME_CHARS).join('')

/**
 * Returns the other user of a direct room, by the room's name. `undefined` when the name doesn't tell for sure: it may
 * have been cut, a user's id may contain the separator, and the room may be of one user only.
 */
export function peerFromRoomName(roomName: string, userId: string): string | undefined {
  const names = roomName.split(SEPARATOR)
  if (names.length !== 2 || [...roomName].length >= MAX_ROOM_NAME_CHARS || !names.includes(userId)) return undefined
  return names[0] === userId ? names[1] : names[0]
}
