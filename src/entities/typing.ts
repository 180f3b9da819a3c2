import { Entity } from 'electrodb'
import { TYPING_EXPIRY_MS, TYPING_REPEAT_MS } from '../protocol/limits.ts'
import { client, service, table } from './table.ts'

/**
 * Who is typing in a room. Key: ChatRoomId + UserId, in a partition of its own.
 *
 * - AP18 `setTyping`: shown until when, and is it worth telling the others?
 */
export const Typing = new Entity(
  {
    model: { entity: 'Typing', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      isTyping: { type: 'boolean', field: 'IsTyping', required: true },
      /** Epoch milliseconds of the last change that the others were told of. */
      toldAt: { type: 'number', field: 'ToldAt', required: true },
      /** Epoch milliseconds until which the user is shown as typing. */
      until: { type: 'number', field: 'Until', required: true },
      /** Epoch seconds, for TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: {
      room: {
        pk: { field: 'pk', composite: ['chatRoomId'], template: 'typing#${chatRoomId}', casing: 'none' },
        sk: { field: 'sk', composite: ['userId'], template: '${userId}', casing: 'none' },
      },
    },
  },
  { table, client },
)

export interface TypingRow {
  chatRoomId: string
  userId: string
  isTyping: boolean
  until: number
}

/**
 * AP18. The write is the fan-out: a repeat of the same state within 3 s fails its condition, so the stream has
 * nothing to tell. Answers with the moment until which the user is shown as typing.
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
