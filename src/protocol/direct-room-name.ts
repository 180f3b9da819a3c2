import { MAX_ROOM_NAME_CHARS } from './limits.ts'

const SEPARATOR = ', '

/** Returns the name of the direct room of these users, such as `ada, bob`, cut to the maximum length of a room name. */
export const directRoomName = (userIds: readonly string[]): string =>
  [...userIds.join(SEPARATOR)].slice(0, MAX_ROOM_NAME_CHARS).join('')

/**
 * Returns the other user of a direct room, derived from the room's name. Returns undefined if that is not certain: the
 * name may have been cut, a user id may contain the separator, and the room may have one user only.
 */
export function peerFromRoomName(roomName: string, userId: string): string | undefined {
  const names = roomName.split(SEPARATOR)
  if (names.length !== 2 || [...roomName].length >= MAX_ROOM_NAME_CHARS || !names.includes(userId)) return undefined
  return names[0] === userId ? names[1] : names[0]
}
