import { Entity, type EntityItem } from 'electrodb'
import { NotAMember } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import { gateOf } from './gate.ts'
import { retentionOf } from './retention.ts'
import { untilProcessed } from './until-processed.ts'
import { client, imported, primary, service, table } from './table.ts'

/**
 * A room. Key: ChatRoomId. Its members are rows of their own (`Membership`) in the same partition and the same
 * collection, so `roomWithMembers` reads both in one query. A list of members on the room itself would be limited to
 * 400 KB, would be rewritten at every join, and would make the room a hot item.
 *
 * - AP5 `getRoom`: does it exist, what is its name, what is its head?
 * - AP6 `getRooms`: do these rooms exist, what are their names and heads?
 * - AP7 `nextSeq`: which seq does the next message get?
 * - AP37 `takeBackSeq`: take back the newest seq, so that it can be drawn again
 * - AP90 `raiseHeadRev`: note how far the change log goes
 * - AP129 `raiseFirstSeq`: hide the messages before this one
 * - AP40 `isPending`: are there first members that are still to be added?
 * - AP32 `createRoom`: create a room with its first members
 * - AP33 `completeRoom`: add the first members that didn't fit into one transaction
 * - AP71 `addPendingMember`: add one of these members before the others
 */
export const ChatRoom = new Entity(
  {
    model: { entity: 'ChatRoom', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      roomName: { type: 'string', field: 'RoomName', required: true },
      /** The highest seq that was drawn. */
      headSeq: { type: 'number', field: 'HeadSeq', required: true, default: 0 },
      /** The first seq that is shown: older messages were cleared and are shown to nobody. Absent when none were. */
      firstSeq: { type: 'number', field: 'FirstSeq' },
      /**
       * When the last seq was drawn, epoch milliseconds. Absent if nobody has written to the room since version 0.1.0.
       */
      lastAt: { type: 'number', field: 'LastAt' },
      /**
       * How far the change log goes, at least. A client that has this number needn't read the log. Absent: nothing
       * changed yet.
       */
      headRev: { type: 'number', field: 'HeadRev' },
      createdBy: { type: 'string', field: 'CreatedBy', required: true },
      createdAt: { type: 'number', field: 'CreatedAt', required: true },
      /** `p` is public, `r` is private. Absent: anybody who knows the id may join. */
      access: { type: ['p', 'r'] as const, field: 'Access' },
      /** What a send must pass, see `Gate`. Absent in a room in which every member may write. */
      gate: { type: 'string', field: 'Gate' },
      /** When the room was deleted, epoch milliseconds. */
      deletedAt: { type: 'number', field: 'DeletedAt' },
      /** `j` when members may read only what was said since they joined. */
      historyFrom: { type: ['j'] as const, field: 'HistoryFrom' },
      /** Days that messages are kept. Absent when the deployment's value holds. See `retentionOf`. */
      retentionDays: { type: 'number', field: 'RetentionDays' },
      /** A backend has set `retentionDays`, so it may be longer than the deployment's value. */
      retentionByServer: { type: 'boolean', field: 'RetentionByServer' },
      /** The room has had more than a thousand members, so they are counted in a row of their own, see `RoomSize`. */
      counted: { type: 'boolean', field: 'Counted' },
      /**
       * The room's size as the latest fan-out found it: `m` is medium, `h` is huge. Absent in a small room. See
       * `RoomClass`.
       */
      size: { type: ['m', 'h'] as const, field: 'Size' },
      /**
       * `pending` while first members that didn't fit into one transaction are still to be added. The stream function
       * adds them.
       */
      setup: { type: 'string', field: 'Setup' },
      pendingMembers: { type: 'list', items: { type: 'string' }, field: 'PendingMembers' },
      imported,
    },
    indexes: { room: { collection: 'roster', ...primary(['chatRoomId'], []) } },
  },
  { table, client },
)

const attributes = [
  'chatRoomId',
  'roomName',
  'headSeq',
  'headRev',
  'firstSeq',
  'createdBy',
  'createdAt',
  'access',
  'gate',
  'historyFrom',
  'retentionDays',
  'retentionByServer',
  'counted',
  'size',
  'pendingMembers',
] as const

/** The attributes that actions look at. */
export type RoomRow = Pick<EntityItem<typeof ChatRoom>, (typeof attributes)[number]>

/**
 * AP5. Returns a room, or undefined if there is none or it was deleted. Only the id of a deleted room stays taken.
 * Strongly consistent.
 */
export async function getRoom(chatRoomId: string): Promise<RoomRow | undefined> {
  const { data } = await ChatRoom.get({ chatRoomId }).go({ consistent: true, attributes: [...attributes] })
  return data === null || gateOf(data).deleted ? undefined : data
}

/** AP40. Tells whether first members of a room are still to be added. Strongly consistent. */
export async function isPending(chatRoomId: string): Promise<boolean> {
  const { data } = await ChatRoom.get({ chatRoomId }).go({ consistent: true, attributes: ['setup'] })
  return data?.setup === 'pending'
}

/** AP6. Returns rooms by id, in no order. Rooms that don't exist or were deleted are left out. Strongly consistent. */
export async function getRooms(chatRoomIds: readonly string[]): Promise<Map<string, RoomRow>> {
  const rooms = new Map<string, RoomRow>()
  await untilProcessed(chatRoomIds, async (left) => {
    const { data, unprocessed } = await ChatRoom.get(left.map((chatRoomId) => ({ chatRoomId }))).go({
      consistent: true,
      concurrent: 4,
      attributes: [...attributes],
    })
    for (const room of data) if (!gateOf(room).deleted) rooms.set(room.chatRoomId, room)
    return { unprocessed: unprocessed.map(({ chatRoomId }) => chatRoomId) }
  })
  return rooms
}

/** A seq that was drawn for a message. */
export interface Drawn {
  seq: number
  /** Epoch milliseconds. */
  drawnAt?: number
  /** When the seq before it was drawn, epoch milliseconds. Every lower seq was drawn no later. */
  prevDrawnAt?: number
  /** Days that a message with this seq is kept. Absent when it is kept forever. */
  retentionDays?: number
}

/** Thrown when no seq was drawn because the room has a gate that the caller didn't name. */
export class Gated extends Error {
  constructor(readonly gate: string) {
    super(`unable to number a message; the room has the gate ${gate}`)
  }
}

/**
 * AP7. Draws the next seq of a room. It is a plain `ADD` outside any transaction, so it never conflicts, however many
 * users send at once. A seq whose message is never written becomes a hole.
 *
 * @param now epoch milliseconds
 * @param pass the gate as the caller read it and may pass; undefined when the room must have none
 * @throws Gated when the room has another gate
 * @throws NotAMember when there is no such room
 */
export async function nextSeq(chatRoomId: string, now: number, pass?: string): Promise<Drawn> {
  const { rejected, data } = await ChatRoom.patch({ chatRoomId })
    .add({ headSeq: 1 })
    .set({ lastAt: now })
    .where(({ gate }, { notExists, eq }) => (pass === undefined ? notExists(gate) : eq(gate, pass)))
    .go({ response: 'all_old', returnOnConditionCheckFailure: 'all_old' })
  const room = data as Partial<EntityItem<typeof ChatRoom>> | null
  if (rejected && room?.gate !== undefined) throw new Gated(room.gate)
  // An admin and a backend may write everywhere, so they can name a room that doesn't exist.
  if (rejected && room === null) throw new NotAMember('unable to act in this room; the user is not a member')
  if (rejected || room?.headSeq === undefined) throw new Error('unable to number a message; the room has no counter')
  const { headSeq, lastAt: prevDrawnAt } = room
  return { seq: headSeq + 1, drawnAt: now, ...defined({ prevDrawnAt, retentionDays: retentionOf(room) }) }
}

/**
 * AP37. Takes back the newest seq, so that it can be drawn again. Returns false when a later seq was drawn meanwhile.
 * `LastAt` stays: it must be no earlier than any draw before the next one.
 */
export async function takeBackSeq(chatRoomId: string, { seq, drawnAt }: Drawn): Promise<boolean> {
  const { rejected } = await ChatRoom.patch({ chatRoomId })
    .set({ headSeq: seq - 1 })
    // The time is compared too: the SDK may repeat this request after another send has drawn the same seq again.
    .where((room, { eq, lte, notExists }) =>
      [
        eq(room.headSeq, seq),
        // Otherwise the next message would get a seq that was cleared, and nobody would see it.
        `(${notExists(room.firstSeq)} OR ${lte(room.firstSeq, seq)})`,
        ...(drawnAt === undefined ? [] : [eq(room.lastAt, drawnAt)]),
      ].join(' AND '),
    )
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/**
 * AP90. Raises `HeadRev` to `rev`, unless it is as high already. Returns the room's attributes, which come with the
 * write at no cost.
 */
export async function raiseHeadRev(chatRoomId: string, rev: number): Promise<Partial<RoomRow>> {
  const { data } = await ChatRoom.patch({ chatRoomId })
    .set({ headRev: rev })
    .where(({ headRev }, { notExists, lt }) => `(${notExists(headRev)} OR ${lt(headRev, rev)})`)
    .go({ response: 'all_new', returnOnConditionCheckFailure: 'all_old' })
  return data ?? {}
}

/**
 * AP129. Raises `FirstSeq` to `seq`, unless it is as high already. Like the draw of a seq, it is a plain update outside
 * any transaction, so neither refuses the other.
 *
 * @returns false when nothing was written because the room's head is lower: the next message would be cleared too. True
 *   also when there is no such room.
 */
export async function raiseFirstSeq(chatRoomId: string, seq: number): Promise<boolean> {
  const { rejected, data } = await ChatRoom.patch({ chatRoomId })
    .set({ firstSeq: seq })
    .where(({ firstSeq, headSeq }, { notExists, lt, gte }) =>
      [gte(headSeq, seq - 1), `(${notExists(firstSeq)} OR ${lt(firstSeq, seq)})`].join(' AND '),
    )
    .go({ returnOnConditionCheckFailure: 'all_old' })
  const room = data as Pick<RoomRow, 'firstSeq' | 'headSeq'> | null
  return !rejected || room === null || (room.firstSeq ?? 1) >= seq
}
