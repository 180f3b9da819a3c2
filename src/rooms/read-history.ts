import { setTimeout as sleep } from 'node:timers/promises'
import {
  getMessages,
  type Hole,
  type MessageRow,
  messageIdOf,
  messagesBetween,
  sealHoles,
  seqOf,
} from '../entities/message.ts'
import { defined } from '../protocol/defined.ts'
import { isPast, type Kept } from './kept.ts'
import { rowBytes } from './row-bytes.ts'

/**
 * A message is usually written within milliseconds of the draw of its seq. A reader that finds an empty place waits
 * this long, reads again, and waits once more, before it seals the place.
 */
const HOLE_WAIT_MS = 40

/**
 * If the seq of an empty place was drawn longer ago than this, the place stays empty without being sealed. No function
 * that draws seqs runs longer (`timeoutSeconds` in terraform/stack.json), so the one that drew it has ended.
 */
export const MAX_WRITER_MS = 60_000

/** Places that are sealed for one page, in one transaction. DynamoDB allows no more items in one. */
const MAX_SEALS = 100

/** Requests for a part of a page. After them the part ends early, so that no page takes forever. */
const MAX_REQUESTS = 4

/** Requests that it takes to settle gaps: two reads and a transaction. */
const REQUESTS_TO_SETTLE = 3

/**
 * Places to read at least, by turn. Holes are rows too, so the number grows, and a run of holes takes few requests. A
 * page can't end before a message is found; until then more places are read, and from the third request on as many as
 * one request returns, which is 1 MB: some 4,000 holes, or 3,000 deleted messages.
 */
const PLACES = [1, 50, 500, 1_000]
const PLACES_TO_A_MESSAGE = 1_000
const PLACES_IN_A_MEGABYTE = 10_000

/** Which messages to read, by their seq. */
export interface Range extends Partial<Kept> {
  /**
   * Exclusive. With `after`, the page starts there and goes forwards. Without it, the page ends before `before`, or at
   * the newest message.
   */
  after?: number
  /** Exclusive. */
  before?: number
  /** A seq; messages up to it, inclusive, are not shown, whatever the direction. */
  since?: number
  /** Whether deleted messages are shown. Otherwise they are skipped, as holes are. */
  withDeleted?: boolean
  limit: number
  /** The whole page, if this is a part of one that ends early rather than take many requests. */
  whole?: WholePage
}

/** What is left of a page that is read in parts. */
interface WholePage {
  /** Messages that the page still has room for. */
  limit: number
  /** Bytes, as JSON, that the page still has room for. */
  bytes: number
  requests: number
  /** Whether the page has a message. If so, it may end without another one. */
  isStarted: boolean
}

export interface HistoryPage {
  /** In seq order, without holes, and without deleted messages unless they were asked for. */
  messages: MessageRow[]
  /** Whether more messages may follow in the direction of reading. If so, this page has at least one. */
  hasMore: boolean
}

/** A page and its cost. */
export interface PageRead extends HistoryPage {
  /** Bytes of everything that was read, as JSON, including what is not shown, because reads of it cost the same. */
  bytesRead: number
  requests: number
  /** The last place that was read, if it was read forwards to the end of the room: all places up to it are final. */
  through?: number
}

/**
 * Reads a page of a room's messages in which every hole is final. If a place below one of the messages is still empty
 * after a short wait, it is sealed, and its message gets a later seq. Otherwise a reader could see two messages with
 * none between them, and one could appear there a moment later. Where no function can still be about to write, nothing
 * is sealed and nobody waits. AP22, AP20.
 *
 * A page takes at most four requests, or as many as its `whole` has left, and ends early if holes would make it take
 * more. When a gap is read again, that request also reads what the whole page has room for. Two things take more
 * requests. A page can't end before it has a message, so a run of more than some 4,000 holes takes one more for each
 * 4,000 of them, and so does a run of more than a hundred young holes with sealed ones between them. And each message
 * that is written while its place is being sealed takes another one.
 */
export async function readHistory(chatRoomId: string, range: Range, now: number): Promise<PageRead> {
  const forwards = range.after !== undefined
  const { keptSince = 0, whole } = range
  const maxRequests = whole?.requests ?? MAX_REQUESTS
  const isShown = (row: MessageRow) =>
    row.kind !== 'hole' && (row.kind !== 'deleted' || range.withDeleted === true) && !isPast(row, { keptSince }, now)
  /**
   * Tells whether all places below a message have expired too: their messages are younger by no more than the time that
   * an action takes.
   */
  const isLongPast = ({ timestamp }: MessageRow) => timestamp < keptSince - MAX_WRITER_MS
  let { before = Number.MAX_SAFE_INTEGER } = range
  let after = Math.max(range.after ?? 0, range.since ?? 0)
  let messages: MessageRow[] = []
  let { limit } = range
  let requests = 0
  let bytesRead = 0
  /** Number of places that may have expired, above those that are known to have. */
  let mayBePast: number | undefined
  for (let turn = 0; ; turn++) {
    const isEmpty = messages.length === 0 && whole?.isStarted !== true
    const most = turn === 1 ? PLACES_TO_A_MESSAGE : PLACES_IN_A_MEGABYTE
    const toFirst = Math.min(mayBePast === undefined ? Infinity : mayBePast + limit + 1, most)
    const atLeast = isEmpty && turn > 0 ? toFirst : PLACES[Math.min(turn, PLACES.length - 1)]!
    mayBePast = undefined
    const take = Math.max(limit + 1 - messages.length, atLeast)
    const maySettle = isEmpty || requests + REQUESTS_TO_SETTLE <= maxRequests
    const { retentionDays } = range
    const further = whole === undefined ? {} : { further: { ...whole, limit: whole.limit + 1 - messages.length } }
    const how = { forwards, take, isEmpty, maySettle, isShown, ...further }
    const turnRange = { after, before, ...how, ...defined({ retentionDays }) }
    const part = await settledPlaces(chatRoomId, turnRange, now)
    requests += part.requests
    bytesRead += part.bytesRead
    if (part.isFurther) limit = whole!.limit
    const found = part.places.filter(isShown)
    messages = forwards ? [...messages, ...found] : [...found, ...messages]
    const read = { bytesRead, requests }
    if (messages.length > limit) {
      messages = forwards ? messages.slice(0, limit) : messages.slice(-limit)
      return { messages, hasMore: true, ...read }
    }
    const [oldest, newest] = [part.places[0], part.places.at(-1)]
    if (part.exhausted || (!forwards && oldest && isLongPast(oldest))) {
      return { messages, hasMore: false, ...read, ...(forwards && { through: newest ? seqOf(newest) : after }) }
    }
    const mayEnd = messages.length > 0 || !isEmpty
    if (mayEnd && (requests >= maxRequests || !maySettle)) return { messages, hasMore: true, ...read }
    if (!forwards) before = seqOf(oldest!)
    else if (range.head !== undefined && messages.length === 0 && isLongPast(newest!)) {
      const seen = { after: seqOf(newest!), end: range.head + 1, bytesEach: rowBytes(part.places) / part.places.length }
      const run = await pastRun(chatRoomId, seen, isLongPast)
      after = run.after
      mayBePast = run.end - run.after - 1
      requests += run.requests
    } else after = seqOf(newest!)
  }
}

/**
 * Places that one request looks at, to find where a long run of expired messages ends. With the largest messages this
 * costs 63 read units. These reads are eventually consistent, at half the cost, because expired messages don't change
 * any more.
 */
const PROBES = 25

/**
 * If the places that may have expired have fewer bytes than this, they are all read, rather than narrowed down by one
 * more request: 80 read units.
 */
const READ_ANYWAY = 320_000

interface Run {
  /** The highest place that is known to have expired, with all places below it. */
  after: number
  /** The lowest place above `after` that is known not to have expired, or the end of the room. */
  end: number
}

/**
 * Narrows down where a run of expired messages ends, by looking at places with round numbers. Some of them may be gone.
 */
async function pastRun(
  chatRoomId: string,
  { after, end, bytesEach }: Run & { bytesEach: number },
  isLongPast: (place: MessageRow) => boolean,
): Promise<Run & { requests: number }> {
  let requests = 0
  for (let size = end - after - 1; size * bytesEach > READ_ANYWAY; size = end - after - 1) {
    const step = roundStep(Math.max(1, size / PROBES))
    const first = Math.ceil((after + 1) / step)
    const seqs = Array.from({ length: PROBES }, (_, i) => (first + i) * step).filter((seq) => seq < end)
    const rows = await getMessages(chatRoomId, seqs, { consistent: false })
    requests++
    after = Math.max(after, ...rows.filter(isLongPast).map(seqOf))
    end = Math.min(end, ...rows.filter((row) => !isLongPast(row)).map(seqOf))
    // If many of them are gone, it is cheap to read all the rest.
    if (rows.length < seqs.length / 2) break
    bytesEach = Math.max(bytesEach, rowBytes(rows) / rows.length)
  }
  return { after, end, requests }
}

/** Returns the lowest of 1, 2, 5, 10, 20, 50, … that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least)!
}

interface Turn extends Pick<Kept, 'retentionDays'> {
  after: number
  before: number
  forwards: boolean
  take: number
  /** Whether the page has no message yet. */
  isEmpty: boolean
  /**
   * Whether to wait for gaps that may still be filled, and to seal them. Otherwise the places end at the first of them.
   */
  maySettle: boolean
  isShown: (place: MessageRow) => boolean
  /** What the second read of gaps may read beside them. */
  further?: Pick<WholePage, 'limit' | 'bytes'>
}

interface Places {
  /** In seq order. */
  places: MessageRow[]
  /** Whether the range has no more places. */
  exhausted: boolean
  requests: number
  bytesRead: number
  /** Whether more than `take` places were read. */
  isFurther: boolean
}

/**
 * Returns the first or last `take` places between `after` and `before`, up to the first gap that may still be filled.
 */
async function settledPlaces(
  chatRoomId: string,
  { after, before, forwards, take, isEmpty, maySettle, isShown, further, ...kept }: Turn,
  now: number,
): Promise<Places> {
  // `before` itself is read too: if a message is there, an empty place right below it is a hole.
  const range = { first: after + 1, last: Math.min(before, 10 ** 16 - 1), order: forwards ? 'asc' : 'desc' } as const
  if (range.first > range.last) return { places: [], exhausted: true, requests: 0, bytesRead: 0, isFurther: false }
  const anchor = messageIdOf(before)
  let requests = 0
  let bytesRead = 0
  const read = async (count: number) => {
    requests++
    const { rows, whole } = await messagesBetween(chatRoomId, { ...range, limit: count + 1 })
    bytesRead += rowBytes(rows)
    if (!forwards) rows.reverse()
    const gaps = openGaps(rows, forwards || whole ? after : seqOf(rows[0]!) - 1, now)
    return { rows, whole, gaps: forwards ? gaps : gaps.reverse() }
  }
  let { rows, whole, gaps } = await read(take)
  let isFurther = false
  if (maySettle && gaps.length > 0) {
    await sleep(HOLE_WAIT_MS)
    const found = rows.some((row) => isShown(row) && row.messageId !== anchor)
    const all = further && Math.min(further.limit, Math.floor((further.bytes * rows.length) / rowBytes(rows)))
    isFurther = found && all !== undefined && all > take
    const again = isFurther ? all! : take
    ;({ rows, whole, gaps } = await read(isEmpty && !found ? Math.max(take, PLACES_TO_A_MESSAGE) : again))
  }
  if (maySettle && gaps.length > 0) {
    await sleep(HOLE_WAIT_MS)
    const count = howManyFit(gaps)
    const holes = gaps.slice(0, count).flat()
    rows.push(
      ...(await sealHoles(
        chatRoomId,
        holes.map((hole) => ({ ...hole, ...kept })),
        now,
      )),
    )
    gaps = gaps.slice(count)
    requests++
  }
  const [open] = gaps
  const isBeyond = (seq: number) => open !== undefined && (forwards ? seq > open[0]!.seq : seq < open[0]!.seq)
  const places = rows
    .filter((row) => row.messageId !== anchor && !isBeyond(seqOf(row)))
    .sort((a, b) => (a.messageId < b.messageId ? -1 : 1))
  return { places, exhausted: whole && open === undefined, requests, bytesRead, isFurther }
}

/**
 * Returns the gaps above `floor` and below the last row that may still be filled, in seq order. Of each gap it returns
 * at most the highest places, because the lower ones are older.
 */
function openGaps(rows: readonly MessageRow[], floor: number, now: number): Hole[][] {
  const gaps: Hole[][] = []
  let below = floor
  for (const row of rows) {
    const seq = seqOf(row)
    const prevDrawnAt = row.prevDrawnAt ?? row.timestamp
    const size = Math.min(seq - below - 1, MAX_SEALS)
    if (size > 0 && prevDrawnAt > now - MAX_WRITER_MS) {
      gaps.push(Array.from({ length: size }, (_, i) => ({ seq: seq - size + i, prevDrawnAt })))
    }
    below = seq
  }
  return gaps
}

/** Returns how many of the gaps, from the first one, can be sealed together in one transaction. */
function howManyFit(gaps: readonly Hole[][]): number {
  let places = 0
  const end = gaps.findIndex((gap) => (places += gap.length) > MAX_SEALS)
  return end === -1 ? gaps.length : end
}
