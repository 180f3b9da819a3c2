import { ChatRoom, type RoomRow } from './chat-room.ts'

/**
 * How large a room is, as the fan-outs of its messages have found: `small` has up to 100 connected users, `medium` has
 * subscriptions that fit on one page, and `huge` has more. Events that only small groups need are sent in small rooms
 * only, and what every user does is limited most in huge rooms, where it costs most.
 *
 * - AP97 `raiseClass`: note that a room is at least this large
 */
export type RoomClass = 'small' | 'medium' | 'huge'

const classes = { m: 'medium', h: 'huge' } as const
const stored: Record<Exclude<RoomClass, 'small'>, 'm' | 'h'> = { medium: 'm', huge: 'h' }

/** Returns the class of a room. */
export const classOf = ({ size }: Pick<RoomRow, 'size'>): RoomClass => (size === undefined ? 'small' : classes[size])

/**
 * AP97. Raises the class of a room. It is never lowered, because the fan-out can't tell whether a room has become
 * smaller.
 */
export async function raiseClass(chatRoomId: string, size: Exclude<RoomClass, 'small'>): Promise<void> {
  await ChatRoom.patch({ chatRoomId })
    .set({ size: stored[size] })
    .where((row, { notExists, eq }) =>
      size === 'medium' ? notExists(row.size) : `(${notExists(row.size)} OR ${eq(row.size, stored.medium)})`,
    )
    .go({ returnOnConditionCheckFailure: true })
}
