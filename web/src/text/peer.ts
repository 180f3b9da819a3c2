const MAX_NAME_CHARS = 128

/**
 * The other user of a direct room, told by its name: the server calls it `ada, bob`. Nothing when that can't be told
 * for sure, because a name was cut or has a comma in it; then the members say.
 */
export function peerFrom(roomName: string, userId: string): string | undefined {
  const names = roomName.split(', ')
  if (names.length !== 2 || [...roomName].length >= MAX_NAME_CHARS || !names.includes(userId)) return undefined
  return names[0] === userId ? names[1] : names[0]
}
