import { MAX_ROOM_NAME_CHARS } from '../protocol/limits.ts'
import type { Erasures } from './renamed.ts'

const SEPARATOR = ', '

/**
 * The name of a direct room, which is made of the ids of its two, without erased users. Only a name that is as long as
 * one may be was cut, and may end within an id: in a shorter one, `user1` is nobody but `user1`.
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
