import { Entity, type EntityItem } from 'electrodb'
import { TYPING_EXPIRY_MS } from '../protocol/limits.ts'
import { client, own, service, table } from './table.ts'

/**
 * Whether a user is typing in a room, as the others see it. Key: ChatRoomId + UserId. Each room has one partition for
 * its typing users.
 *
 * - AP18 `setTyping`: note until when this user is shown as typing
 * - AP43 `lastTyping`: what have the others last received about this user?
 * - AP133 `whoTypes`: what have the others last received about all users of this room?
 */
export const Typing = new Entity(
  {
    model: { entity: 'Typing', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      isTyping: { type: 'boolean', field: 'IsTyping', required: true },
      /** Epoch milliseconds of the last beginning or repeat that became an event; 0 if none has. */
      toldAt: { type: 'number', field: 'ToldAt', required: true },
      /** Epoch milliseconds until which the user is shown as typing. */
      until: { type: 'number', field: 'Until', required: true },
      /** The room's head at that time. If it has risen since, a message may have ended the typing. */
      headSeq: { type: 'number', field: 'HeadSeq' },
      /** This row's record becomes no event. The next record of another user in the room reports it, in `also`. */
      pending: { type: 'boolean', field: 'Pending' },
      /** What this row's record reports about other users, whose rows were pending. */
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

/** The attributes that events are made of. */
export type TypingRow = Pick<Row, 'chatRoomId' | 'userId' | 'isTyping' | 'until' | 'pending' | 'also'>

const columns = ['isTyping', 'toldAt', 'until', 'headSeq', 'pending', 'also'] as const

/** What the others have last received about a user, or will receive. */
export type LastTold = Pick<Row, (typeof columns)[number]>

/** The same, with the user that it is about. */
export type Typist = LastTold & Pick<Row, 'userId'>

/**
 * AP43. Returns what the others have last received about a user, or undefined if there is no row. Strongly consistent.
 */
export async function lastTyping(chatRoomId: string, userId: string): Promise<LastTold | undefined> {
  const { data } = await Typing.get({ chatRoomId, userId }).go({ consistent: true, attributes: [...columns] })
  return data ?? undefined
}

/** Rows that are read of one room. Rooms with more members have no typing events. */
const MAX_TYPISTS = 100

/**
 * AP133. Returns the rows of a room, at most 100. Strongly consistent. The rows of users who have stopped stay until
 * TTL deletes them.
 */
export async function whoTypes(chatRoomId: string): Promise<Typist[]> {
  const { data } = await Typing.query
    .room({ chatRoomId })
    .go({ consistent: true, limit: MAX_TYPISTS, pages: 1, attributes: ['userId', ...columns] })
  return data
}

/**
 * AP18. Writes a user's row. The write causes the fan-out, unless the row is pending.
 *
 * @param last the row as it was read a moment ago. If another connection has written since, nothing is written, and
 *   there is no event
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
