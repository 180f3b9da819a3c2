import type { RoomRow } from '../entities/chat-room.ts'
import { readHistory } from '../rooms/read-history.ts'
import type { MessageEvent } from '../protocol/events.ts'
import { messageEventWithFile } from '../files/message-event.ts'
import { bytesOf, EVENTS_BYTES } from './reply-budget.ts'

/** A gap of more messages than this isn't even read: the client pages with `getHistory`. */
const MAX_GAP = 200

export interface Recovery {
  /** The newest seq that this answer accounts for: what came later is posted to the subscription. */
  headSeq: number
  recovered: boolean
  events: MessageEvent[]
}

/**
 * What a connection missed in a room since `lastSeq`: the whole gap, or `recovered: false` and nothing. Read after the
 * subscription is written, so that a message is either in here or posted, or both.
 *
 * Without `lastSeq` the client has no place to recover from. A `lastSeq` beyond the room's head is not this room's
 * (a table restored from a backup, say): not recovered, so that the client starts afresh.
 */
export async function recover(room: RoomRow, lastSeq: number | undefined, bytes = EVENTS_BYTES): Promise<Recovery> {
  const { chatRoomId, headSeq } = room
  const lost: Recovery = { headSeq, recovered: false, events: [] }
  if (headSeq === (lastSeq ?? 0)) return { headSeq, recovered: true, events: [] }
  if (lastSeq === undefined || lastSeq > headSeq || headSeq - lastSeq > MAX_GAP) return lost
  const { messages, hasMore } = await readHistory(chatRoomId, { after: lastSeq, limit: MAX_GAP })
  const events = await Promise.all(messages.map(messageEventWithFile))
  if (hasMore || events.reduce((sum, event) => sum + bytesOf(event), 0) > bytes) return lost
  // Not the counter: the newest number may still be on its way into the table, and then it will be posted.
  return { headSeq: events.at(-1)?.seq ?? lastSeq, recovered: true, events }
}
