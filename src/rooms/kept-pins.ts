import type { RoomRow } from '../entities/chat-room.ts'
import type { DetailsRow } from '../entities/chat-room-details.ts'
import { getMessages, seqOf } from '../entities/message.ts'
import { isPast, keptOf } from './kept.ts'

/**
 * A room's details without the pins of messages that are past their time and that TTL has not deleted yet. Reads only
 * where the room keeps messages for a time and has pins. AP34.
 */
export async function withKeptPins(
  room: RoomRow,
  details: DetailsRow | undefined,
  now: number,
): Promise<DetailsRow | undefined> {
  const kept = keptOf(room, now)
  if (details?.pins === undefined || details.pins.length === 0 || kept.retentionDays === undefined) return details
  const rows = await getMessages(
    room.chatRoomId,
    details.pins.map((messageId) => seqOf({ messageId })),
  )
  const past = new Set(rows.filter((row) => isPast(row, kept, now)).map(({ messageId }) => messageId))
  return { ...details, pins: details.pins.filter((messageId) => !past.has(messageId)) }
}
