import { placeBefore } from './place-before.ts'
import type { MessageRow } from '../entities/message.ts'
import type { Query } from './query.ts'
import { type RoomHits, searchRoom } from './search-room.ts'

/** What one search asks of the table at most, over all its rooms: looks at the index, and messages read. */
const MAX_LOOKS = 60
const MAX_READS = 120

/** A room that the caller may read. */
export interface Searched {
  chatRoomId: string
  headSeq: number
  /** Exclusive: nothing up to it is found. */
  since: number
  /** Whether they may read it, besides. */
  isReadable: (message: MessageRow) => boolean
}

export interface Wanted {
  query: Query
  /** Only of this user. */
  from?: string | undefined
  /** Epoch milliseconds, exclusive. */
  before?: number | undefined
  limit: number
}

/**
 * Searches rooms side by side. AP22, AP34, AP154.
 *
 * @param places below which to go on in each room; undefined at first
 * @returns of each room what was found, and below which place was looked
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
