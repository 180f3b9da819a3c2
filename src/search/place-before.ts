import { messagesBetween, seqOf } from '../entities/message.ts'

/** Messages around the given time that are included as well, because the clocks of two writers may differ. */
const MARGIN = 50

/**
 * Returns a seq below which a room's messages may be older than a given time. It is found by a binary search with about
 * twenty small reads. Messages near it must still be compared. AP22.
 *
 * @param moment epoch milliseconds
 * @param head the room's newest seq
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
