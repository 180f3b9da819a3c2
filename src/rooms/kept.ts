import type { RoomRow } from '../entities/chat-room.ts'
import type { MessageRow } from '../entities/message.ts'
import { retentionOf } from '../entities/retention.ts'
import { defined } from '../protocol/defined.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

/** What of a room is not past its time. */
export interface Kept {
  /** Epoch milliseconds; what was said before is shown to nobody, whether or not TTL has deleted it. 0: all is kept. */
  keptSince: number
  /** Days that what is said is kept. */
  retentionDays?: number
  /** The room's newest seq. */
  head: number
}

/** As the room says now: a room that is to keep less hides at once what it kept longer before. */
export const keptOf = (room: Parameters<typeof retentionOf>[0] & Pick<RoomRow, 'headSeq'>, now: number): Kept => ({
  keptSince: keptSinceOf(room, now),
  ...defined({ retentionDays: retentionOf(room) }),
  head: room.headSeq,
})

/** The `keptSince` of a room. */
export function keptSinceOf(room: Parameters<typeof retentionOf>[0], now: number): number {
  const retentionDays = retentionOf(room)
  return retentionDays === undefined ? 0 : now - retentionDays * DAY_MS
}

/** Whether a message is past its time: by what the room says now, or said when it was written. TTL may be days late. */
export const isPast = (
  { timestamp, expiresAt = Infinity }: Pick<MessageRow, 'timestamp' | 'expiresAt'>,
  { keptSince }: Pick<Kept, 'keptSince'>,
  now: number,
): boolean => timestamp < keptSince || expiresAt * 1_000 <= now
