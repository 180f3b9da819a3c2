import { changesAfter, type ChangeRow } from '../entities/change.ts'
import type { ChangeEvent } from '../protocol/change-events.ts'
import { rowBytes } from '../rooms/row-bytes.ts'
import { eventOf, isKept, readableOf, statesOf, subjectOf } from './change-events.ts'

/** A part of a room's change log. */
export interface ChangePage {
  /** The rev of the last change that the page accounts for. */
  headRev: number
  /** Whether the log still has everything from the start of the page. */
  recovered: boolean
  /** Whether there are changes after `headRev`. */
  hasMore: boolean
  /** In the order of their revs, each subject once, in its current state. */
  changes: ChangeEvent[]
  /**
   * Bytes of all messages that were read, or of the events as JSON. What is not shown counts too, because it was read.
   */
  bytesRead: number
}

/** The entries of a page, up to the first hole. A log that begins later than the page has lost its older entries. */
export interface Entries {
  rows: ChangeRow[]
  recovered: boolean
  hasMore: boolean
}

/**
 * Returns the entries after a rev, at most `limit`. AP91.
 *
 * @param head the room's head. A missing entry up to the head has been deleted. An entry beyond it is still being
 *   written and is not returned, because the room would not yet know a client's position after it.
 */
export async function readEntries(
  chatRoomId: string,
  { after, head, limit }: { after: number; head: number; limit: number },
): Promise<Entries> {
  const found = await changesAfter(chatRoomId, { after, head, limit: limit + 1 })
  const end = found.findIndex(({ rev }, i) => rev !== after + 1 + i)
  const rows = (end === -1 ? found : found.slice(0, end)).slice(0, limit)
  return {
    rows,
    recovered: rows.length > 0 || (found.length === 0 && after >= head),
    hasMore: rows.length < found.length,
  }
}

/**
 * How many subjects are read first, and then at once. Their sizes are known only afterwards, and 200 of the largest
 * messages would cost 800 read units for a reply that holds four of them.
 */
const FIRST_READ = 20
const FURTHER_READ = 32

interface Wanted {
  /** The rev before the first entry. */
  after: number
  /** Messages up to this seq are not shown. */
  since: number
  /** Epoch milliseconds. Earlier messages are not shown either. */
  keptSince: number
  /** The page ends once this many bytes, as JSON, have been read. */
  bytes: number
  /** Messages whose current state the reader has already. */
  told?: ReadonlySet<string>
}

/** Returns the events of some entries, reading in proportion to what a reply can hold. AP8, AP34, AP67, AP98. */
export async function eventsOf(
  chatRoomId: string,
  { rows, recovered, hasMore }: Entries,
  { after, since, keptSince, bytes, told }: Wanted,
): Promise<ChangePage> {
  const newest = new Map(rows.map((row) => [subjectOf(row), row.rev]))
  const isShown = ({ what, id }: ChangeRow) => what !== 'm' || (Number(id) > since && !told?.has(id))
  const shown = rows.filter((row) => newest.get(subjectOf(row)) === row.rev && isShown(row))
  const changes: ChangeEvent[] = []
  let bytesRead = 0
  for (let at = 0, count = FIRST_READ; at < shown.length; at += count, count = FURTHER_READ) {
    if (bytesRead > bytes) return { headRev: shown[at]!.rev - 1, recovered, hasMore: true, changes, bytesRead }
    const some = shown.slice(at, at + count)
    let messageBytes = 0
    const states = await statesOf(chatRoomId, some, (row) => (messageBytes += rowBytes([row])))
    const events = some.flatMap((row) => eventOf(row, states) ?? []).filter((event) => isKept(event, keptSince))
    changes.push(...events.map((event) => readableOf(event, since)))
    const eventBytes = events.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0)
    bytesRead += Math.max(messageBytes, eventBytes)
  }
  return { headRev: rows.at(-1)?.rev ?? after, recovered, hasMore, changes, bytesRead }
}
