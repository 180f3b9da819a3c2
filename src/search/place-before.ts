import { messagesBetween, seqOf } from '../entities/message.ts'

/** Places around the moment, because the clocks of two writers may differ. */
const MARGIN = 50

/**
 * Below which place a room's messages may be older than a moment: found by halving, in some twenty small reads. Those
 * next to it have to be looked at. AP22.
 *
 * @param head the room's newest place
 */
export async function placeBefore(chatRoomId: string, moment: number, head: number): Promise<number> {
  let [low, high] = [0, head + 1]
  while (high - low > MARGIN) {
    const middle = Math.floor((low + high) / 2)
    const range = { first: middle, last: high, limit: 1, order: 'asc' } as const
    const [row] = (await messagesBetween(chatRoomId, range)).rows
    if (row === undefined || seqOf(row) >= high || row.timestamp >= moment) high = middle
    else low = seqOf(row)
  }
  return Math.min(high + MARGIN, head + 1)
}
