import { type Entries, eventsOf, readEntries } from '../changes/read-changes.ts'
import type { RoomRow } from '../entities/chat-room.ts'
import type { ChangeEvent } from '../protocol/change-events.ts'
import { MAX_CHANGES_PAGE } from '../protocol/limits.ts'
import { keptOf } from '../rooms/kept.ts'
import { readPage } from '../rooms/read-page.ts'
import type { MessageEvent } from '../protocol/events.ts'
import { messageEventWithFile } from '../files/message-event.ts'
import { bytesOf, EVENTS_BYTES } from './reply-budget.ts'

/** In messages. A larger gap is not read: the client reads it page by page with `getHistory`. */
const MAX_GAP = 200

/** The messages that a connection missed in a room. */
export interface Recovery {
  /** The newest seq that the client has after this reply. Later messages are posted to its subscription. */
  headSeq: number
  /** Whether `events` contains the whole gap. */
  recovered: boolean
  events: MessageEvent[]
}

/** The changes to messages, members and the room itself that a connection missed. */
export interface ChangeRecovery {
  /** The newest rev that the client has after this reply. */
  headRev: number
  /** Whether `changes` contains the whole gap. */
  changesRecovered: boolean
  changes: ChangeEvent[]
}

/** How much of a room a client has. */
export interface Position {
  /** Undefined if the client has no message. There is then no gap to recover. */
  lastSeq?: number | undefined
  lastRev?: number | undefined
  /** Messages up to this seq are not shown. */
  since: number
}

/**
 * Returns what a connection missed in a room. Messages and changes are recovered separately: each completely, or not at
 * all (`recovered: false`). Call it after the subscription is written: each message and change is then in the result,
 * or posted, or both.
 *
 * Nothing is recovered without a position, when the gap is too large, or when the position is beyond the room's head,
 * as after a restore of the table from a backup. The client then starts anew.
 */
export async function recover(room: RoomRow, position: Position): Promise<Recovery & ChangeRecovery> {
  const [recovery] = await recoverRooms([room], () => position)
  return recovery!
}

/**
 * Returns what a connection missed in several rooms, like `recover`. The smallest gaps are filled first, until the
 * reply is full: first with messages, then with changes. The logs of changes are read before the messages. So a message
 * in the reply is at least as new as the change entry that is left out because of it.
 *
 * @returns the recoveries in the order of the rooms
 */
export async function recoverRooms(
  rooms: readonly RoomRow[],
  positionIn: (room: RoomRow) => Position,
): Promise<(Recovery & ChangeRecovery)[]> {
  const positions = new Map(rooms.map((room) => [room, positionIn(room)]))
  const entries = await readLogs(positions)
  const { found, left } = await recoverMessages(positions)
  const changes = await recoverChanges(entries, positions, found, left)
  return rooms.map((room) => ({
    ...(found.get(room) ?? lost(room)),
    ...(changes.get(room) ?? withoutLog(room, positions.get(room)!) ?? lostChanges(room)),
  }))
}

/**
 * Most bytes of messages that are read for one reply; the last read may exceed it. It is more than a reply holds,
 * because a gap that turns out to be too large was read in vain.
 */
const READ_BYTES = 2 * EVENTS_BYTES

/** How many messages are read at once while their sizes are still unknown: 400 KB, or 100 read units. */
const MESSAGES_AT_ONCE = 24

/**
 * Recovers messages, the smallest gaps first, until the reply is full. The amount read is in proportion to the size of
 * a reply, however much was missed. The remaining rooms are not recovered.
 *
 * @returns the recoveries, and how many bytes are left in the reply
 */
async function recoverMessages(positions: ReadonlyMap<RoomRow, Position>) {
  const found = new Map<RoomRow, Recovery>()
  const gaps: Gap[] = []
  for (const [room, { lastSeq, since }] of positions) {
    const from = lastSeq === undefined ? undefined : Math.max(lastSeq, since)
    const known = withoutReading(room, from)
    if (known) found.set(room, known)
    else gaps.push({ room, after: from!, size: room.headSeq - from! })
  }
  gaps.sort((a, b) => a.size - b.size)
  let left = EVENTS_BYTES
  let toRead = READ_BYTES
  while (gaps.length > 0 && toRead > 0) {
    const some = gaps.splice(0, howManyAtOnce(gaps))
    const most = left
    const read = await Promise.all(some.map(({ room, after }) => readGap(room, after, most)))
    read.forEach(({ recovery, bytes, bytesRead }, i) => {
      toRead -= bytesRead
      const fits = recovery.recovered && bytes <= left
      if (fits) left -= bytes
      found.set(some[i]!.room, fits ? recovery : lost(some[i]!.room))
    })
  }
  return { found, left }
}

interface Gap {
  room: RoomRow
  /** Exclusive. */
  after: number
  size: number
}

function howManyAtOnce(gaps: readonly Pick<Gap, 'size'>[]): number {
  let messages = 0
  const end = gaps.findIndex(({ size }) => (messages += size) > MESSAGES_AT_ONCE)
  return end === -1 ? gaps.length : Math.max(1, end)
}

const lost = ({ headSeq }: RoomRow): Recovery => ({ headSeq, recovered: false, events: [] })

/** Returns the recovery if it follows from the room alone, without reading messages; else undefined. */
function withoutReading(room: RoomRow, lastSeq: number | undefined): Recovery | undefined {
  const { headSeq } = room
  if (headSeq === (lastSeq ?? 0)) return { headSeq, recovered: true, events: [] }
  return lastSeq === undefined || lastSeq > headSeq || headSeq - lastSeq > MAX_GAP ? lost(room) : undefined
}

/** @returns the recovery, the bytes of its events, and the bytes that were read for it */
async function readGap(
  room: RoomRow,
  after: number,
  most: number,
): Promise<{ recovery: Recovery; bytes: number; bytesRead: number }> {
  const { messages, hasMore, bytesRead, through } = await readPage(
    room.chatRoomId,
    { after, limit: MAX_GAP, ...keptOf(room, Date.now()) },
    most,
    Date.now(),
  )
  const events = await Promise.all(messages.map(messageEventWithFile))
  const bytes = events.reduce((sum, event) => sum + bytesOf(event), 0)
  if (hasMore || bytes > most) return { recovery: lost(room), bytes, bytesRead }
  // The room's counter may be ahead: the newest message may not be written yet. That message will be posted.
  return { recovery: { headSeq: through ?? after, recovered: true, events }, bytes, bytesRead }
}

/** How many log entries are read for one reply: about 250 KB, or 60 read units. */
const MAX_ENTRIES = 1_000

const lostChanges = ({ headRev = 0 }: RoomRow): ChangeRecovery => ({ headRev, changesRecovered: false, changes: [] })

/** Returns the recovery if it follows from the room alone, as it does for a room without changes; else undefined. */
function withoutLog(room: RoomRow, { lastRev }: Position): ChangeRecovery | undefined {
  const { headRev = 0 } = room
  if (headRev === (lastRev ?? 0)) return { headRev, changesRecovered: true, changes: [] }
  return lastRev === undefined || lastRev > headRev || headRev - lastRev > MAX_CHANGES_PAGE
    ? lostChanges(room)
    : undefined
}

/** Reads the log entries of the rooms that have changed, the smallest gaps first. */
async function readLogs(positions: ReadonlyMap<RoomRow, Position>): Promise<Map<Gap, Entries>> {
  const gaps = [...positions]
    .filter(([room, position]) => withoutLog(room, position) === undefined)
    .map(([room, { lastRev = 0 }]) => ({ room, after: lastRev, size: (room.headRev ?? 0) - lastRev }))
    .sort((a, b) => a.size - b.size)
  let entries = 0
  const some = gaps.filter(({ size }) => (entries += size) <= MAX_ENTRIES)
  return new Map(
    await Promise.all(
      some.map(async (gap) => {
        const { chatRoomId, headRev: head = 0 } = gap.room
        return [gap, await readEntries(chatRoomId, { after: gap.after, head, limit: MAX_CHANGES_PAGE })] as const
      }),
    ),
  )
}

/**
 * Recovers changes, as many as fit into the reply.
 *
 * @param recoveries the recovered messages, whose changes need not be reported again
 * @param left bytes that are left in the reply
 */
async function recoverChanges(
  entries: ReadonlyMap<Gap, Entries>,
  positions: ReadonlyMap<RoomRow, Position>,
  recoveries: ReadonlyMap<RoomRow, Recovery>,
  left: number,
): Promise<Map<RoomRow, ChangeRecovery>> {
  const found = new Map<RoomRow, ChangeRecovery>()
  const gaps = [...entries.keys()]
  let toRead = READ_BYTES
  while (gaps.length > 0 && toRead > 0 && left > 0) {
    const some = gaps.splice(0, howManyAtOnce(gaps))
    const bytes = left
    const pages = await Promise.all(
      some.map(({ room, after }, i) => {
        const told = new Set(recoveries.get(room)?.events.map(({ messageId }) => messageId))
        const { since } = positions.get(room)!
        const { keptSince } = keptOf(room, Date.now())
        return eventsOf(room.chatRoomId, entries.get(some[i]!)!, { after, since, keptSince, bytes, told })
      }),
    )
    pages.forEach(({ headRev, recovered, hasMore, changes, bytesRead }, i) => {
      const bytes = changes.reduce((sum, change) => sum + bytesOf(change), 0)
      toRead -= bytesRead
      const fits = recovered && !hasMore && bytes <= left
      if (fits) left -= bytes
      const { room } = some[i]!
      found.set(room, fits ? { headRev, changesRecovered: true, changes } : lostChanges(room))
    })
  }
  return found
}
