import type { Hit, RoomHits } from './search-room.ts'

/**
 * Returns the newest hits of several rooms. It stops where the hits of a room end although the room has more, because
 * those may be newer than the next hits of the other rooms.
 */
export function newestOf(rooms: readonly RoomHits[], limit: number): Hit[] {
  const left = rooms.filter(({ hits }) => hits.length > 0).map(({ hits, next }) => ({ hits: [...hits], next }))
  const newest: Hit[] = []
  while (newest.length < limit) {
    const heads = left.filter(({ hits }) => hits.length > 0)
    if (heads.length === 0 || left.some(({ hits, next }) => hits.length === 0 && next !== undefined)) break
    const { hits } = heads.reduce((a, b) => (b.hits[0]!.message.timestamp > a.hits[0]!.message.timestamp ? b : a))
    newest.push(hits.shift()!)
  }
  return newest
}
