import { ChatRoom, type RoomRow } from './chat-room.ts'

/**
 * How large a room is, as the fan-outs of its messages have seen it: `small` up to 100 users that are connected,
 * `medium` while one page holds all subscriptions, `huge` beyond. What is told to few is told in small rooms only, and
 * what every user does costs most in huge ones.
 *
 * - AP97 `raiseClass`: is the room at least so large from now on?
 */
export type RoomClass = 'small' | 'medium' | 'huge'

const classes = { m: 'medium', h: 'huge' } as const
const stored: Record<Exclude<RoomClass, 'small'>, 'm' | 'h'> = { medium: 'm', huge: 'h' }

export const classOf = ({ size }: Pick<RoomRow, 'size'>): RoomClass => (size === undefined ? 'small' : classes[size])

/** AP97. A room that has become smaller keeps its size: who delivers sees too little of it to tell. */
export async function raiseClass(chatRoomId: string, size: Exclude<RoomClass, 'small'>): Promise<void> {
  await ChatRoom.patch({ chatRoomId })
    .set({ size: stored[size] })
    .where((row, { notExists, eq }) =>
      size === 'medium' ? notExists(row.size) : `(${notExists(row.size)} OR ${eq(row.size, stored.medium)})`,
    )
    .go({ returnOnConditionCheckFailure: true })
}
