import * as z from 'zod/mini'
import { seqOf } from '../entities/message.ts'
import type { Hit, RoomHits } from '../search/search-room.ts'
import { readCursor, writeCursor } from './cursor.ts'

const Places = (rooms: number) => z.string().check(z.regex(new RegExp(`^\\d{1,16}(,\\d{1,16}){${rooms - 1}}$`)))

/**
 * Returns, for each room, the seq below which the search continues.
 *
 * @throws InvalidRequest when the server did not make the cursor for this number of rooms
 */
export const readPlaces = (cursor: string | undefined, rooms: number): number[] | undefined =>
  readCursor(cursor, Places(rooms))?.split(',').map(Number)

/**
 * Returns the cursor for the next page, or an empty object if no room has more.
 *
 * @param ids of the rooms, in the order of `searches`
 * @param shown the hits on the page: the first ones of each room
 */
export function writePlaces(
  ids: readonly string[],
  searches: readonly (RoomHits & { below: number })[],
  shown: readonly Hit[],
): { nextCursor?: string } {
  const places = searches.map(({ hits, next = 0, below }, i) => {
    const taken = shown.filter(({ message }) => message.chatRoomId === ids[i])
    if (taken.length === hits.length) return next
    const last = taken.at(-1)
    return last === undefined ? below : seqOf(last.message)
  })
  return places.every((place) => place === 0) ? {} : writeCursor({ nextCursor: places.join(',') })
}
