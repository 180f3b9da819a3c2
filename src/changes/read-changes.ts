import { changesAfter, type ChangeRow } from '../entities/change.ts'
import type { ChangeEvent } from '../protocol/change-events.ts'
import { rowBytes } from '../rooms/row-bytes.ts'
import { eventOf, isKept, statesOf, subjectOf } from './change-events.ts'

/** A part of a room's change log. */
export interface ChangePage {
  /** The number of the last change that the page accounts for. */
  headRev: number
  /** Whether the log reaches back to where the page begins. */
  recovered: boolean
  /** Whether there are changes after `headRev`. */
  hasMore: boolean
  /** In the order of their numbers, each subject once, as it is now. */
  changes: ChangeEvent[]
  /** Of all messages that were read and of the events, as JSON: what is not shown is paid for too. */
  bytesRead: number
}

/** The entries of a page, as far as there is no hole among them: a log that begins later has been forgotten in part. */
export interface Entries {
  rows: ChangeRow[]
  recovered: boolean
  hasMore: boolean
}

/**
 * AP91. The entries after a number, at most `limit`.
 *
 * @param head as the room has it: an entry up to there that is missing was forgotten. One beyond it is being noted, and
 *   isn't returned: who asked for what follows it would be told that the room has no such number
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
 * How many subjects to read at first, and then at once: how large they are is known only afterwards, and two hundred of
 * the largest messages cost 800 units for a reply that holds four of them.
 */
const FIRST_READ = 20
const FURTHER_READ = 32

interface Wanted {
  /** The number before the first entry. */
  after: number
  /** Messages up to this seq are not shown. */
  since: number
  /** Epoch milliseconds; nor what was said before. */
  keptSince: number
  /** The page ends once more was read, as JSON. */
  bytes: number
  /** Messages that the reader has as they are now. */
  told?: ReadonlySet<string>
}

/** The events of some entries, in proportion to what a reply can hold. AP5, AP8, AP34, AP50. */
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
    changes.push(...events)
    const eventBytes = events.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0)
    bytesRead += Math.max(messageBytes, eventBytes)
  }
  return { headRev: rows.at(-1)?.rev ?? after, recovered, hasMore, changes, bytesRead }
}
