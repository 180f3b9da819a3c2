import type { RoomRow } from '../entities/chat-room.ts'
import { readHistory } from '../rooms/read-history.ts'
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
 *
 * @param bytes most that the events may take up in the reply
 */
export async function recover(room: RoomRow, lastSeq: number | undefined, bytes = EVENTS_BYTES): Promise<Recovery> {
  const { chatRoomId, headSeq } = room
  const lost: Recovery = { headSeq, recovered: false, events: [] }
  if (headSeq === (lastSeq ?? 0)) return { headSeq, recovered: true, events: [] }
  if (lastSeq === undefined || lastSeq > headSeq || headSeq - lastSeq > MAX_GAP) return lost
  const { messages, hasMore } = await readHistory(chatRoomId, { after: lastSeq, limit: MAX_GAP }, Date.now())
  const events = await Promise.all(messages.map(messageEventWithFile))
  if (hasMore || events.reduce((sum, event) => sum + bytesOf(event), 0) > bytes) return lost
  // Not the room's counter: the message with the newest number may not be written yet. It will be posted.
  return { headSeq: events.at(-1)?.seq ?? lastSeq, recovered: true, events }
}
