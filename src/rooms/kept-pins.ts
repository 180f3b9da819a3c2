import type { RoomRow } from '../entities/chat-room.ts'
import type { DetailsRow } from '../entities/chat-room-details.ts'
import { getMessages, seqOf } from '../entities/message.ts'
import { isPast, keptOf } from './kept.ts'

/**
 * Returns a room's details without the pins of expired messages that TTL has not deleted yet. It reads messages only if
 * the room has pins and keeps messages for a limited time. AP34.
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
