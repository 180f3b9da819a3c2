import { MAX_MESSAGE_BYTES } from '../protocol/limits.ts'

/** Bytes of events in one reply; the rest of a WebSocket message (128 KB) is for the rooms, members and the envelope. */
export const EVENTS_BYTES = MAX_MESSAGE_BYTES - 60_000

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1

/** The longest run of items from one end whose JSON fits, and at least one item. */
export function longestRun<T>(items: readonly T[], bytes: number, from: 'start' | 'end'): T[] {
  const ordered = from === 'start' ? items : items.toReversed()
  let left = bytes
  const misfit = ordered.findIndex((item, i) => {
    left -= bytesOf(item)
    return left < 0 && i > 0
  })
  const run = misfit === -1 ? ordered.slice() : ordered.slice(0, misfit)
  return from === 'start' ? run : run.reverse()
}
