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
 * A message is usually written within milliseconds of its number. A reader that sees an empty place waits this long
 * twice, and reads again in between, before it seals the place.
 */
const HOLE_WAIT_MS = 40

/**
 * A place whose number was drawn longer ago stays empty without being sealed: no function that draws numbers runs
 * longer than this (`timeoutSeconds` in terraform/stack.json), so the one that drew it has ended.
 */
export const MAX_WRITER_MS = 60_000

/** Of a page, in one transaction: DynamoDB allows no more items in one. */
const MAX_SEALS = 100

/** Where a part of a page may end early, so that the page has an end. */
const MAX_REQUESTS = 4

/** To settle gaps takes two reads and a transaction. */
const REQUESTS_TO_SETTLE = 3

/**
 * How many places to read at least, by turn: holes are rows too, and a run of them should take few requests. While no
 * message has been found, the page can't end, so as many are read as one request gives.
 */
const PLACES = [1, 50, 500, 1_000]
const PLACES_TO_A_MESSAGE = 1_000

/** Which messages to read, by their seq. */
export interface Range extends Partial<Kept> {
  /**
   * Exclusive. With `after`, the page starts there; without it, the page ends before `before` or at the newest message.
   */
  after?: number
  /** Exclusive. */
  before?: number
  /** Exclusive: nothing up to it is shown, in either direction. */
  since?: number
  /** Whether those that were deleted are shown; else they are passed over as holes are. */
  withDeleted?: boolean
  limit: number
  /** Of the page that this is a part of, if it is one that ends early rather than take many requests. */
  whole?: WholePage
}

/** What is left of a page that is read in parts. */
interface WholePage {
  /** Messages that it still has room for. */
  limit: number
  /** Bytes, as JSON, that it still has room for. */
  bytes: number
  requests: number
  /** Whether it has messages: then it may end without another one. */
  isStarted: boolean
}

export interface HistoryPage {
  /** In seq order, without holes, and without what was deleted unless it was asked for. */
  messages: MessageRow[]
  /** Whether more messages may follow in the direction of reading. A page with more to follow has at least one. */
  hasMore: boolean
}

/** A page, and what it has cost. */
export interface PageRead extends HistoryPage {
  /** Of all that was read, as JSON, also of what is not shown: that is paid for too. */
  bytesRead: number
  requests: number
}

/**
 * A page of a room's messages in which every hole is final: a place below one of the messages that is still empty after
 * a short wait is sealed, and the message that was meant for it gets a later number. Otherwise a reader could learn
 * that there is no message between two others, and one would appear there a moment later. Nothing is sealed, and nobody
 * waits, where no function can be about to write any more. AP22, AP20.
 *
 * A page takes at most four requests, or as many as its `whole` has left, whatever holes are in it: it ends early
 * instead. A gap is read again together with what the whole page has room for. It can't end before it has a message, so
 * only a run of more than a thousand holes, or of more than a hundred young ones with sealed ones between, takes more;
 * and so does each message that is written while its place is being sealed.
 */
export async function readHistory(chatRoomId: string, range: Range, now: number): Promise<PageRead> {
  const forwards = range.after !== undefined
  const { keptSince = 0, whole } = range
  const maxRequests = whole?.requests ?? MAX_REQUESTS
  const isShown = (row: MessageRow) =>
    row.kind !== 'hole' && (row.kind !== 'deleted' || range.withDeleted === true) && !isPast(row, { keptSince }, now)
  /** What lies below it was said before it, but for the time that an action takes. */
  const isLongPast = ({ timestamp }: MessageRow) => timestamp < keptSince - MAX_WRITER_MS
  let { before = Number.MAX_SAFE_INTEGER } = range
  let after = Math.max(range.after ?? 0, range.since ?? 0)
  let messages: MessageRow[] = []
  let { limit } = range
  let requests = 0
  let bytesRead = 0
  /** Places that may be past their time yet, above those that are known to be. */
  let mayBePast: number | undefined
  for (let turn = 0; ; turn++) {
    const isEmpty = messages.length === 0 && whole?.isStarted !== true
    const toFirst = Math.min(mayBePast === undefined ? Infinity : mayBePast + limit + 1, PLACES_TO_A_MESSAGE)
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
    if (part.exhausted || (!forwards && oldest && isLongPast(oldest))) return { messages, hasMore: false, ...read }
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
 * Places, at most, that are looked at in one request to find where a long run of what is past its time ends. Of the
 * largest messages they cost 63 units: half of what a consistent read does, and none of them changes any more.
 */
const PROBES = 25

/** Bytes of what may be past its time that is read rather than narrowed down by one more request: 80 units. */
const READ_ANYWAY = 320_000

interface Run {
  /** The highest place that is known to be past its time, and with it all below. */
  after: number
  /** The lowest place above it that is known not to be, or where the room ends. */
  end: number
}

/** Narrows down where the run of what is past its time ends, by round numbers, because some of them may be gone. */
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
    // Many are gone: then a read of all is cheap.
    if (rows.length < seqs.length / 2) break
    bytesEach = Math.max(bytesEach, rowBytes(rows) / rows.length)
  }
  return { after, end, requests }
}

/** The lowest of 1, 2, 5, 10, 20, 50, … that is not below `least`. */
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
  /** Whether gaps that may still be filled are waited for and sealed. Otherwise the places end at the first of them. */
  maySettle: boolean
  isShown: (place: MessageRow) => boolean
  /** What is read along with gaps that are looked at once more. */
  further?: Pick<WholePage, 'limit' | 'bytes'>
}

interface Places {
  /** In seq order. */
  places: MessageRow[]
  /** Whether the range has no others. */
  exhausted: boolean
  requests: number
  bytesRead: number
  /** Whether more than `take` were read. */
  isFurther: boolean
}

/** The first or last `take` places between `after` and `before`, up to the first gap that may still be filled. */
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
 * The gaps above `floor` and below the last row that may still be filled, in seq order: of each at most its top places,
 * because the lower ones are the older.
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

/** How many of the gaps, from the first one, have no more places together than can be sealed at once. */
function howManyFit(gaps: readonly Hole[][]): number {
  let places = 0
  const end = gaps.findIndex((gap) => (places += gap.length) > MAX_SEALS)
  return end === -1 ? gaps.length : end
}
