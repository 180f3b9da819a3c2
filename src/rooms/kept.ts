import type { RoomRow } from '../entities/chat-room.ts'
import type { MessageRow } from '../entities/message.ts'
import { retentionOf } from '../entities/retention.ts'

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
export function keptOf(room: Pick<RoomRow, 'retentionDays' | 'retentionByServer' | 'headSeq'>, now: number): Kept {
  const { headSeq: head } = room
  const retentionDays = retentionOf(room)
  return retentionDays === undefined
    ? { keptSince: 0, head }
    : { keptSince: now - retentionDays * DAY_MS, retentionDays, head }
}

/** Whether a message is past its time: by what the room says now, or said when it was written. TTL may be days late. */
export const isPast = (
  { timestamp, expiresAt = Infinity }: Pick<MessageRow, 'timestamp' | 'expiresAt'>,
  { keptSince }: Pick<Kept, 'keptSince'>,
  now: number,
): boolean => timestamp < keptSince || expiresAt * 1_000 <= now
