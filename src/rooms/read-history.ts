import { setTimeout as sleep } from 'node:timers/promises'
import { type MessageRow, messageIdOf, messagesBetween, sealHole, seqOf } from '../entities/message.ts'

/** A number handed out is written within milliseconds; a reader gives it this long, twice, before it seals the place. */
const PATIENCE_MS = 40
const LOOKS = 2
const SEALS_AT_ONCE = 25

export interface Range {
  /** Exclusive. With it, the page starts here; without it, the page ends at `before` or at the newest message. */
  after?: number
  /** Exclusive. */
  before?: number
  limit: number
}

export interface HistoryPage {
  /** In seq order. */
  messages: MessageRow[]
  hasMore: boolean
}

/**
 * A page of a room's messages in which every hole is final: a place below a message of the page that is still empty
 * after a short wait is sealed (AP20), so the message that was to stand there gets a later number. Without that, a
 * reader could be told that nothing stands between two messages and be wrong a moment later. AP22, AP20.
 */
export async function readHistory(chatRoomId: string, range: Range): Promise<HistoryPage> {
  const forwards = range.after !== undefined
  let { after = 0, before = Number.MAX_SAFE_INTEGER } = range
  let messages: MessageRow[] = []
  for (;;) {
    const missing = range.limit + 1 - messages.length
    const { places, exhausted } = await settledPlaces(chatRoomId, { after, before, forwards, take: missing })
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

/** The places after `after` and before `before` from one end, in seq order, with no gap that may still be filled. */
async function settledPlaces(
  chatRoomId: string,
  { after, before, forwards, take }: { after: number; before: number; forwards: boolean; take: number },
): Promise<{ places: MessageRow[]; exhausted: boolean }> {
  // `before` itself is read along: if a message stands there, an empty place right below it is a hole.
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
  for (let look = 0; gaps.length > 0 && look < LOOKS; look++) {
    await sleep(PATIENCE_MS)
    ;({ rows, whole } = await read())
    gaps = gapsIn(rows, floor())
  }
  for (let i = 0; i < gaps.length; i += SEALS_AT_ONCE) {
    const late = await Promise.all(gaps.slice(i, i + SEALS_AT_ONCE).map((seq) => sealHole(chatRoomId, seq, Date.now())))
    rows.push(...late.filter((message) => message !== undefined))
  }
  const anchor = messageIdOf(before)
  const places = rows.filter((row) => row.messageId !== anchor).sort((a, b) => (a.messageId < b.messageId ? -1 : 1))
  return { places, exhausted: whole }
}

function gapsIn(rows: readonly MessageRow[], floor: number): number[] {
  const gaps: number[] = []
  let expected = floor + 1
  for (const row of rows) {
    for (; expected < seqOf(row); expected++) gaps.push(expected)
    expected = seqOf(row) + 1
  }
  return gaps
}
