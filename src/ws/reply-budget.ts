import { MAX_MESSAGE_BYTES } from '../protocol/limits.ts'

/**
 * Most bytes of events in one reply. The rest of a WebSocket message (128 KB) is for rooms, members and the envelope.
 */
export const EVENTS_BYTES = MAX_MESSAGE_BYTES - 60_000

/** Returns the bytes that a value takes in a JSON array: its JSON and a comma. */
export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1

/**
 * Returns the longest run of items, from one end, that fits into `bytes` as JSON. It keeps their order and has at least
 * one.
 */
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
