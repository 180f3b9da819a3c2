import { Entity, type EntityItem } from 'electrodb'
import { TYPING_EXPIRY_MS } from '../protocol/limits.ts'
import { client, own, service, table } from './table.ts'

/**
 * Who is typing in a room. Key: ChatRoomId + UserId. Each room has one partition for its typing users.
 *
 * - AP18 `setTyping`: until when is the user shown as typing?
 * - AP43 `lastTyping`: what were the others told of the user last?
 * - AP133 `whoTypes`: what were they told of whom?
 */
export const Typing = new Entity(
  {
    model: { entity: 'Typing', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      isTyping: { type: 'boolean', field: 'IsTyping', required: true },
      /** Epoch milliseconds of the last beginning or repeat that became an event; 0 when none has. */
      toldAt: { type: 'number', field: 'ToldAt', required: true },
      /** Epoch milliseconds until which the user is shown as typing. */
      until: { type: 'number', field: 'Until', required: true },
      /** The room's at that time: when it has risen, a message may have ended the typing. */
      headSeq: { type: 'number', field: 'HeadSeq' },
      /** Told by the next one in the room who is, and by no record of its own. */
      pending: { type: 'boolean', field: 'Pending' },
      /** What this row's record tells of others, whose rows were pending. */
      also: {
        type: 'list',
        field: 'Also',
        items: {
          type: 'map',
          properties: {
            userId: { type: 'string', required: true },
            isTyping: { type: 'boolean', required: true },
            until: { type: 'number', required: true },
          },
        },
      },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: {
      room: own('typing', ['chatRoomId'], ['userId']),
    },
  },
  { table, client },
)

type Row = EntityItem<typeof Typing>

/** The columns that events are made of. */
export type TypingRow = Pick<Row, 'chatRoomId' | 'userId' | 'isTyping' | 'until' | 'pending' | 'also'>

const columns = ['isTyping', 'toldAt', 'until', 'headSeq', 'pending', 'also'] as const

/** What the others were told last, or are to be told. */
export type LastTold = Pick<Row, (typeof columns)[number]>

/** The same of one user of a room. */
export type Typist = LastTold & Pick<Row, 'userId'>

/** AP43. Consistent; undefined when nothing was told lately. */
export async function lastTyping(chatRoomId: string, userId: string): Promise<LastTold | undefined> {
  const { data } = await Typing.get({ chatRoomId, userId }).go({ consistent: true, attributes: [...columns] })
  return data ?? undefined
}

/** Who types in larger rooms is told to nobody. */
const MAX_TYPISTS = 100

/** AP133. Consistent; rows of those who have stopped stay until TTL deletes them. */
export async function whoTypes(chatRoomId: string): Promise<Typist[]> {
  const { data } = await Typing.query
    .room({ chatRoomId })
    .go({ consistent: true, limit: MAX_TYPISTS, pages: 1, attributes: ['userId', ...columns] })
  return data
}

/**
 * AP18. The write causes the fan-out, unless it is pending.
 *
 * @param last as it was read a moment ago; if another connection has written since, the write fails and tells nobody
 * @returns epoch milliseconds until which the user is shown as typing
 */
export async function setTyping(
  row: Omit<Row, 'expiresAt'>,
  last: Pick<LastTold, 'isTyping' | 'toldAt' | 'until'> | undefined,
  now: number,
): Promise<number> {
  const written = await Typing.put({ ...row, expiresAt: Math.ceil((now + TYPING_EXPIRY_MS) / 1_000) })
    .where((of, { notExists, eq }) =>
      last === undefined
        ? notExists(of.toldAt)
        : `${eq(of.toldAt, last.toldAt)} AND ${eq(of.isTyping, last.isTyping)} AND ${eq(of.until, last.until)}`,
    )
    .go({ returnOnConditionCheckFailure: 'all_old' })
  return written.rejected ? (written.data?.until ?? row.until) : row.until
}
