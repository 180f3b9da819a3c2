import * as z from 'zod/mini'
import { seqOf } from '../entities/message.ts'
import { InvalidRequest } from '../errors.ts'
import type { Hit, RoomHits } from '../search/search-room.ts'
import { readCursor, writeCursor } from './cursor.ts'

const Places = z.string().check(z.regex(/^\d{1,16}(?:,\d{1,16})*$/))

/**
 * Where each room is gone on with: below these places.
 *
 * @throws InvalidRequest when the cursor is not one that we made for so many rooms
 */
export function readPlaces(cursor: string | undefined, rooms: number): number[] | undefined {
  const places = readCursor(cursor, Places)?.split(',').map(Number)
  if (places === undefined || places.length === rooms) return places
  throw new InvalidRequest('unable to page on; the cursor is of a search in other rooms', [
    { path: 'cursor', problem: 'is not a nextCursor of these rooms' },
  ])
}

/**
 * Where to go on after a page; nothing when no room has more.
 *
 * @param ids of the rooms, in the order of `searches`
 * @param shown the hits of the page: of each room its first ones
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
