import { Entity, type EntityItem } from 'electrodb'
import { TYPING_EXPIRY_MS, TYPING_REPEAT_MS } from '../protocol/limits.ts'
import { client, own, service, table } from './table.ts'

/**
 * Who is typing in a room. Key: ChatRoomId + UserId. Each room has one partition for its typing users.
 *
 * - AP18 `setTyping`: until when is the user shown as typing, and do the others need an event?
 */
export const Typing = new Entity(
  {
    model: { entity: 'Typing', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      isTyping: { type: 'boolean', field: 'IsTyping', required: true },
      /** Epoch milliseconds of the last change that became an event. */
      toldAt: { type: 'number', field: 'ToldAt', required: true },
      /** Epoch milliseconds until which the user is shown as typing. */
      until: { type: 'number', field: 'Until', required: true },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: {
      room: own('typing', ['chatRoomId'], ['userId']),
    },
  },
  { table, client },
)

/** The columns that an event is made of. */
export type TypingRow = Pick<EntityItem<typeof Typing>, 'chatRoomId' | 'userId' | 'isTyping' | 'until'>

/**
 * AP18. The write causes the fan-out. Within 3 s, repeating the same state fails the write's condition, so the stream
 * has no record and nobody receives an event.
 *
 * @returns epoch milliseconds until which the user is shown as typing
 */
export async function setTyping(chatRoomId: string, userId: string, isTyping: boolean, now: number): Promise<number> {
  const until = isTyping ? now + TYPING_EXPIRY_MS : now
  const told = await Typing.put({
    chatRoomId,
    userId,
    isTyping,
    toldAt: now,
    until,
    expiresAt: Math.ceil((now + TYPING_EXPIRY_MS) / 1_000),
  })
    .where(
      (row, { notExists, ne, lte }) =>
        `${notExists(row.toldAt)} OR ${ne(row.isTyping, isTyping)} OR ${lte(row.toldAt, now - TYPING_REPEAT_MS)}`,
    )
    .go({ returnOnConditionCheckFailure: 'all_old' })
  return told.rejected ? (told.data?.until ?? until) : until
}
