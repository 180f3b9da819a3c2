import type { RoomRow } from '../entities/chat-room.ts'
import { readPage } from '../rooms/read-page.ts'
import type { MessageEvent } from '../protocol/events.ts'
import { messageEventWithFile } from '../files/message-event.ts'
import { bytesOf, EVENTS_BYTES } from './reply-budget.ts'

/** Messages. A larger gap is not read: the client pages with `getHistory`. */
const MAX_GAP = 200

export interface Recovery {
  /** The newest seq that the client has with this reply: later messages are posted to its subscription. */
  headSeq: number
  /** Whether `events` is the whole gap. */
  recovered: boolean
  events: MessageEvent[]
}

/**
 * The messages that a connection missed in a room since `lastSeq`: all of them, or none and `recovered: false`. To be
 * called after the subscription is written: then each message is in the result or posted, or both.
 *
 * Not recovered without a `lastSeq`, because there is no position to recover from; when the gap is too large; and when
 * `lastSeq` is beyond the room's head, as after the table was restored from a backup: the client then starts anew.
 */
export async function recover(room: RoomRow, lastSeq: number | undefined): Promise<Recovery> {
  return withoutReading(room, lastSeq) ?? (await readGap(room, lastSeq!, EVENTS_BYTES)).recovery
}

/**
 * Bytes of messages that are read for one reply at most, but for the last read: some more than a reply holds, because a
 * gap that turns out to be too large was read in vain.
 */
const READ_BYTES = 2 * EVENTS_BYTES

/** Of the messages that are read at once, before it is known how large they are: 400 KB, or 100 units. */
const MESSAGES_AT_ONCE = 24

/**
 * The same for the rooms of one reply, the smallest gaps first, until the reply is full. What is read is in proportion
 * to what a reply holds, whatever was missed: the other rooms are not recovered.
 *
 * @returns the recoveries in the order of the rooms
 */
export async function recoverRooms(
  rooms: readonly RoomRow[],
  lastSeqs: ReadonlyMap<string, number>,
): Promise<Recovery[]> {
  const found = new Map<RoomRow, Recovery>()
  const gaps: { room: RoomRow; lastSeq: number; size: number }[] = []
  for (const room of rooms) {
    const lastSeq = lastSeqs.get(room.chatRoomId)
    const known = withoutReading(room, lastSeq)
    if (known) found.set(room, known)
    else gaps.push({ room, lastSeq: lastSeq!, size: room.headSeq - lastSeq! })
  }
  gaps.sort((a, b) => a.size - b.size)
  let toFill = EVENTS_BYTES
  let toRead = READ_BYTES
  while (gaps.length > 0 && toRead > 0) {
    const some = gaps.splice(0, howManyAtOnce(gaps.map(({ size }) => size)))
    const read = await Promise.all(some.map(({ room, lastSeq }) => readGap(room, lastSeq, toFill)))
    read.forEach(({ recovery, bytes }, i) => {
      toRead -= bytes
      const fits = recovery.recovered && bytes <= toFill
      if (fits) toFill -= bytes
      found.set(some[i]!.room, fits ? recovery : lost(some[i]!.room))
    })
  }
  return rooms.map((room) => found.get(room) ?? lost(room))
}

function howManyAtOnce(sizes: readonly number[]): number {
  let messages = 0
  const end = sizes.findIndex((size) => (messages += size) > MESSAGES_AT_ONCE)
  return end === -1 ? sizes.length : Math.max(1, end)
}

const lost = ({ headSeq }: RoomRow): Recovery => ({ headSeq, recovered: false, events: [] })

/** What is known without a look at the messages. */
function withoutReading(room: RoomRow, lastSeq: number | undefined): Recovery | undefined {
  const { headSeq } = room
  if (headSeq === (lastSeq ?? 0)) return { headSeq, recovered: true, events: [] }
  return lastSeq === undefined || lastSeq > headSeq || headSeq - lastSeq > MAX_GAP ? lost(room) : undefined
}

/** @returns the recovery, and the bytes of what was read for it, as events */
async function readGap(room: RoomRow, after: number, most: number): Promise<{ recovery: Recovery; bytes: number }> {
  const { messages, hasMore } = await readPage(room.chatRoomId, { after, limit: MAX_GAP }, most, Date.now())
  const events = await Promise.all(messages.map(messageEventWithFile))
  const bytes = events.reduce((sum, event) => sum + bytesOf(event), 0)
  if (hasMore || bytes > most) return { recovery: lost(room), bytes }
  // Not the room's counter: the message with the newest number may not be written yet. It will be posted.
  return { recovery: { headSeq: events.at(-1)?.seq ?? after, recovered: true, events }, bytes }
}
