import type { RoomRow } from '../entities/chat-room.ts'
import type { MessageRow } from '../entities/message.ts'
import { retentionOf } from '../entities/retention.ts'
import { defined } from '../protocol/defined.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

/** Which messages of a room have not expired. */
export interface Kept {
  /**
   * Epoch milliseconds. Older messages are shown to nobody, whether or not TTL has deleted them. 0: all messages are
   * shown.
   */
  keptSince: number
  /** Days that messages are kept. Absent if they are kept forever. */
  retentionDays?: number
  /** The room's newest seq. */
  head: number
}

/**
 * Returns which messages of a room have not expired, by the room's current value. If that is lowered, older messages
 * are hidden at once.
 */
export const keptOf = (room: Parameters<typeof retentionOf>[0] & Pick<RoomRow, 'headSeq'>, now: number): Kept => ({
  keptSince: keptSinceOf(room, now),
  ...defined({ retentionDays: retentionOf(room) }),
  head: room.headSeq,
})

/** Returns the `keptSince` of a room. */
export function keptSinceOf(room: Parameters<typeof retentionOf>[0], now: number): number {
  const retentionDays = retentionOf(room)
  return retentionDays === undefined ? 0 : now - retentionDays * DAY_MS
}

/**
 * Tells whether a message has expired, by the room's current value or by the one when the message was written. TTL may
 * delete it only days later.
 */
export const isPast = (
  { timestamp, expiresAt = Infinity }: Pick<MessageRow, 'timestamp' | 'expiresAt'>,
  { keptSince }: Pick<Kept, 'keptSince'>,
  now: number,
): boolean => timestamp < keptSince || expiresAt * 1_000 <= now
