/** What is written for everybody in the room. */
export const ROOM_MENTION = 'room'

/** A letter or digit after a name makes it another name. */
const GOES_ON = /^[\p{L}\p{N}_]/u

/** Where names stand in a text behind an @, the longest where several fit. In the order of the text. */
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

/** What is being written behind the last @ before the caret; `undefined` where no name is. */
export function mentionBeing(text: string, caret: number): { start: number; query: string } | undefined {
  const start = text.lastIndexOf('@', caret - 1)
  if (start < 0 || (start > 0 && GOES_ON.test(text[start - 1]!))) return undefined
  const query = text.slice(start + 1, caret)
  return /[\n@]|^\s/.test(query) || query.length > 64 ? undefined : { start, query }
}
