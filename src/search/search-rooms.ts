import { placeBefore } from './place-before.ts'
import type { MessageRow } from '../entities/message.ts'
import type { Query } from './query.ts'
import { type RoomHits, searchRoom } from './search-room.ts'

/** The most reads of one search over all its rooms: reads of the index, and messages. */
const MAX_LOOKS = 60
const MAX_READS = 120

/** A room to search, which the caller may read. */
export interface Searched {
  chatRoomId: string
  headSeq: number
  /** Messages up to this seq are not found. */
  since: number
  /** Whether the caller may read a message of the room. */
  isReadable: (message: MessageRow) => boolean
}

/** What to find in the rooms. */
export interface Wanted {
  query: Query
  /** Finds only messages of this user. */
  from?: string | undefined
  /** Epoch milliseconds, exclusive. */
  before?: number | undefined
  limit: number
}

/**
 * Searches rooms in parallel. AP22, AP34, AP154.
 *
 * @param places the seq below which to continue in each room; undefined for the first page
 * @returns for each room, the hits, and the seq below which it was searched
 */
export function searchRooms(
  rooms: readonly Searched[],
  { query, from, before, limit }: Wanted,
  places: readonly number[] | undefined,
): Promise<(RoomHits & { below: number })[]> {
  const [looks, reads] = [MAX_LOOKS, MAX_READS].map((all) => Math.floor(all / rooms.length)) as [number, number]
  const isMeant = (message: MessageRow) =>
    (from === undefined || message.senderId === from) && (before === undefined || message.timestamp < before)
  return Promise.all(
    rooms.map(async ({ chatRoomId, headSeq, since, isReadable }, i) => {
      const isWanted = (message: MessageRow) => isMeant(message) && isReadable(message)
      const asked = places?.[i] ?? (before && (await placeBefore(chatRoomId, before, headSeq)))
      const below = Math.min(asked ?? Infinity, headSeq + 1)
      return { below, ...(await searchRoom({ chatRoomId, query, below, since, isWanted, limit, looks, reads })) }
    }),
  )
}
