import { MAX_ROOM_NAME_CHARS } from '../protocol/limits.ts'
import type { Erasures } from './renamed.ts'

const SEPARATOR = ', '

/**
 * Returns the name of a direct room, which consists of the ids of its two users, with erased users replaced. Only a
 * name of the maximum length may have been cut within an id. In a shorter name, `user1` cannot be the beginning of
 * another id.
 */
export function directNameWithout(roomName: string, erasures: Erasures): string {
  const mayBeCut = [...roomName].length >= MAX_ROOM_NAME_CHARS
  let name = roomName
  for (const { userId, erasedAs } of erasures.values()) {
    if (name.startsWith(userId + SEPARATOR)) name = erasedAs + name.slice(userId.length)
    const at = name.indexOf(SEPARATOR)
    const second = at === -1 ? name : name.slice(at + SEPARATOR.length)
    const isCut = mayBeCut && at !== -1 && second.length > 0 && userId.startsWith(second)
    if (second === userId || isCut) name = name.slice(0, name.length - second.length) + erasedAs
  }
  return name
}
