import { Entity, type EntityItem } from 'electrodb'
import { TYPING_EXPIRY_MS, TYPING_REPEAT_MS } from '../protocol/limits.ts'
import { client, own, service, table } from './table.ts'

/**
 * Who is typing in a room. Key: ChatRoomId + UserId. Each room has one partition for its typing users.
 *
 * - AP18 `setTyping`: until when is the user shown as typing, and do the others need an event?
 * - AP43 `lastTyping`: what were the others told last?
 */
export const Typing = new Entity(
  {
    model: { entity: 'Typing', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      isTyping: { type: 'boolean', field: 'IsTyping', required: true },
      /** Epoch milliseconds of the last beginning or repeat that became an event. */
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

const columns = ['isTyping', 'toldAt', 'until'] as const

/** What the others were told last. */
export type LastTold = Pick<EntityItem<typeof Typing>, (typeof columns)[number]>

/** AP43. Consistent; undefined when nothing was told lately. */
export async function lastTyping(chatRoomId: string, userId: string): Promise<LastTold | undefined> {
  const { data } = await Typing.get({ chatRoomId, userId }).go({ consistent: true, attributes: [...columns] })
  return data ?? undefined
}

/**
 * AP18. The write causes the fan-out. The others are told of a beginning or a repeat every 3 s at most, and of an end
 * only after a beginning, so toggling tells them no more than repeats do. For anything else nothing is written.
 *
 * @param last as it was read a moment ago; if another connection has written since, the write fails and tells nobody
 * @returns epoch milliseconds until which the user is shown as typing
 */
export async function setTyping(
  { chatRoomId, userId, isTyping }: Pick<TypingRow, 'chatRoomId' | 'userId' | 'isTyping'>,
  last: LastTold | undefined,
  now: number,
): Promise<number> {
  const until = isTyping ? now + TYPING_EXPIRY_MS : now
  const isNews = isTyping ? last === undefined || last.toldAt <= now - TYPING_REPEAT_MS : last?.isTyping === true
  if (!isNews) return last?.until ?? until
  const written = await Typing.put({
    chatRoomId,
    userId,
    isTyping,
    toldAt: isTyping ? now : last!.toldAt,
    until,
    expiresAt: Math.ceil((now + TYPING_EXPIRY_MS) / 1_000),
  })
    .where((row, { notExists, eq }) =>
      last === undefined
        ? notExists(row.toldAt)
        : `${eq(row.toldAt, last.toldAt)} AND ${eq(row.isTyping, last.isTyping)}`,
    )
    .go({ returnOnConditionCheckFailure: 'all_old' })
  return written.rejected ? (written.data?.until ?? until) : until
}
