import { setTimeout as sleep } from 'node:timers/promises'
import { type MessageRow, messageIdOf, messagesBetween, sealHole, seqOf } from '../entities/message.ts'

/**
 * A message is usually written within milliseconds of its number. A reader that sees an empty place waits this long and
 * reads again, twice, before it seals the place.
 */
const HOLE_WAIT_MS = 40
const HOLE_READS = 2
const SEALS_AT_ONCE = 25

/** Which messages to read, by their seq. */
export interface Range {
  /**
   * Exclusive. With `after`, the page starts there; without it, the page ends before `before` or at the newest message.
   */
  after?: number
  /** Exclusive. */
  before?: number
  limit: number
}

export interface HistoryPage {
  /** In seq order, without holes. */
  messages: MessageRow[]
  /** Whether more messages of the range follow in the direction of reading. */
  hasMore: boolean
}

/**
 * A page of a room's messages in which every hole is final: a place below one of the messages that is still empty after
 * a short wait is sealed (AP20), and the message that was meant for it gets a later number. Otherwise a reader could
 * learn that there is no message between two others, and one would appear there a moment later. AP22, AP20.
 */
export async function readHistory(chatRoomId: string, range: Range, now: number): Promise<HistoryPage> {
  const forwards = range.after !== undefined
  let { after = 0, before = Number.MAX_SAFE_INTEGER } = range
  let messages: MessageRow[] = []
  for (;;) {
    const missing = range.limit + 1 - messages.length
    const { places, exhausted } = await settledPlaces(chatRoomId, { after, before, forwards, take: missing }, now)
    const found = places.filter((place) => place.kind !== 'hole')
    messages = forwards ? [...messages, ...found] : [...found, ...messages]
    if (messages.length > range.limit) {
      return { messages: forwards ? messages.slice(0, range.limit) : messages.slice(-range.limit), hasMore: true }
    }
    if (exhausted) return { messages, hasMore: false }
    if (forwards) after = seqOf(places.at(-1)!)
    else before = seqOf(places[0]!)
  }
}

/**
 * The first or last `take` places between `after` and `before`, in seq order, without a gap that may still be filled.
 * `exhausted` means that there are no others.
 */
async function settledPlaces(
  chatRoomId: string,
  { after, before, forwards, take }: { after: number; before: number; forwards: boolean; take: number },
  now: number,
): Promise<{ places: MessageRow[]; exhausted: boolean }> {
  // `before` itself is read too: if a message is there, an empty place right below it is a hole.
  const range = { first: after + 1, last: Math.min(before, 10 ** 16 - 1), order: forwards ? 'asc' : 'desc' } as const
  if (range.first > range.last) return { places: [], exhausted: true }
  const limit = take + 1
  const read = async () => {
    const rows = await messagesBetween(chatRoomId, { ...range, limit })
    return { rows: forwards ? rows : rows.reverse(), whole: rows.length < limit }
  }
  let { rows, whole } = await read()
  const floor = () => (forwards || whole ? after : seqOf(rows[0]!) - 1)
  let gaps = gapsIn(rows, floor())
  for (let look = 0; gaps.length > 0 && look < HOLE_READS; look++) {
    await sleep(HOLE_WAIT_MS)
    ;({ rows, whole } = await read())
    gaps = gapsIn(rows, floor())
  }
  for (let i = 0; i < gaps.length; i += SEALS_AT_ONCE) {
    const late = await Promise.all(gaps.slice(i, i + SEALS_AT_ONCE).map((seq) => sealHole(chatRoomId, seq, now)))
    rows.push(...late.filter((message) => message !== undefined))
  }
  const anchor = messageIdOf(before)
  const places = rows.filter((row) => row.messageId !== anchor).sort((a, b) => (a.messageId < b.messageId ? -1 : 1))
  return { places, exhausted: whole }
}

/** The numbers above `floor` and below the last row that no row has. */
function gapsIn(rows: readonly MessageRow[], floor: number): number[] {
  const gaps: number[] = []
  let expected = floor + 1
  for (const row of rows) {
    for (; expected < seqOf(row); expected++) gaps.push(expected)
    expected = seqOf(row) + 1
  }
  return gaps
}
