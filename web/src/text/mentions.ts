/** The word after an @ that mentions everybody in the room. */
export const ROOM_MENTION = 'room'

/** A letter or digit. Directly after a name it makes a different name. */
const GOES_ON = /^[\p{L}\p{N}_]/u

/** Finds the names after an @ in a text, in the order of the text. If several names fit, the longest one counts. */
export function mentionsIn(text: string, userIds: Iterable<string>): { start: number; userId: string }[] {
  const longestFirst = [...new Set(userIds)].filter((id) => id !== '').sort((a, b) => b.length - a.length)
  const found: { start: number; userId: string }[] = []
  for (let start = text.indexOf('@'); start >= 0; start = text.indexOf('@', start + 1)) {
    if (start > 0 && GOES_ON.test(text[start - 1]!)) continue
    const userId = longestFirst.find(
      (id) => text.startsWith(id, start + 1) && !GOES_ON.test(text.slice(start + 1 + id.length)),
    )
    if (userId !== undefined) found.push({ start, userId })
  }
  return found
}

/**
 * Returns whom a text with ids mentions: at most 50 of these users, each once, and whether it mentions everybody.
 *
 * @param mayNameRoom whether the writer may mention everybody
 */
export function mentionedIn(
  content: string,
  userIds: readonly string[],
  mayNameRoom: boolean,
): { mentions: string[]; mentionRoom: boolean } {
  const found = mentionsIn(content, mayNameRoom ? [...userIds, ROOM_MENTION] : userIds).map(({ userId }) => userId)
  const mentions = [...new Set(found)].filter((userId) => userIds.includes(userId)).slice(0, 50)
  return { mentions, mentionRoom: mayNameRoom && found.includes(ROOM_MENTION) }
}

/** Returns the text between the last @ and the caret, or undefined if it can't be the beginning of a name. */
export function mentionBeing(text: string, caret: number): { start: number; query: string } | undefined {
  const start = text.lastIndexOf('@', caret - 1)
  if (start < 0 || (start > 0 && GOES_ON.test(text[start - 1]!))) return undefined
  const query = text.slice(start + 1, caret)
  return /[\n@]|^\s/.test(query) || query.length > 64 ? undefined : { start, query }
}
