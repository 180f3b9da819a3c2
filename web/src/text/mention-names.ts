import { mentionsIn, ROOM_MENTION } from './mentions.ts'

/** Returns the text after an @ for each user: their name if no other user has it, otherwise their id. */
export function callsOf(userIds: readonly string[], nameOf: (userId: string) => string): Map<string, string> {
  const ids = new Set(userIds)
  const names = userIds.map((userId) => nameOf(userId))
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const isTheirs = (name: string) => counts.get(name) === 1 && !ids.has(name) && name !== ROOM_MENTION
  return new Map(userIds.map((userId, index) => [userId, isTheirs(names[index]!) ? names[index]! : userId]))
}

/**
 * Replaces the names or ids after an @ in a text.
 *
 * @param table the replacements, by the name or id
 */
function mentionsReplaced(text: string, table: ReadonlyMap<string, string>): string {
  let replaced = ''
  let end = 0
  for (const { start, userId } of mentionsIn(text, table.keys())) {
    replaced += `${text.slice(end, start)}@${table.get(userId)!}`
    end = start + 1 + userId.length
  }
  return replaced + text.slice(end)
}

/**
 * Replaces names after an @ by ids, for sending.
 *
 * @param calls the result of `callsOf`
 */
export const withIds = (text: string, calls: ReadonlyMap<string, string>): string =>
  mentionsReplaced(text, new Map([...calls].flatMap(([userId, call]) => [[userId, userId] as const, [call, userId]])))

/** Replaces ids after an @ by names, for showing. */
export const withNames = (
  text: string,
  mentions: readonly string[] | undefined,
  nameOf: (userId: string) => string,
): string => (mentions ? mentionsReplaced(text, new Map(mentions.map((id) => [id, nameOf(id)]))) : text)
