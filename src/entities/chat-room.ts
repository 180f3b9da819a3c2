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
 * 400 KB, be rewritten at every join, and make the room a hot item.
 *
 * - AP5 `getRoom`: does it exist, what is its name, what is its head?
 * - AP6 `getRooms`: the same for many
 * - AP7 `nextSeq`: which place does the next message get?
 * - AP37 `takeBackSeq`: can the newest place be handed out again?
 * - AP90 `raiseHeadRev`: how far does its change log go?
 * - AP129 `raiseFirstSeq`: from which message on is it shown?
 * - AP40 `isPending`: are first members still to be added?
 * - AP32 `createRoom`: create it with its first members
 * - AP33 `completeRoom`: add the first members that didn't fit into one transaction
 * - AP71 `addPendingMember`: add one of them before the others
 */
export const ChatRoom = new Entity(
  {
    model: { entity: 'ChatRoom', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      roomName: { type: 'string', field: 'RoomName', required: true },
      /** The highest sequence number handed out. */
      headSeq: { type: 'number', field: 'HeadSeq', required: true, default: 0 },
      /** What was said before this was cleared, and is shown to nobody; absent when nothing was. */
      firstSeq: { type: 'number', field: 'FirstSeq' },
      /** When the last number was drawn. A room that nobody has written to since version 0.1.0 has none. */
      lastAt: { type: 'number', field: 'LastAt' },
      /** How far the room's change log goes, at least: who has as much needn't read it. Absent: nothing changed yet. */
      headRev: { type: 'number', field: 'HeadRev' },
      createdBy: { type: 'string', field: 'CreatedBy', required: true },
      createdAt: { type: 'number', field: 'CreatedAt', required: true },
      /** `p` is public, `r` private; absent: whoever knows the id may join. */
      access: { type: ['p', 'r'] as const, field: 'Access' },
      /** What a send must pass, see `Gate`; absent in a room that anybody in it may write to. */
      gate: { type: 'string', field: 'Gate' },
      /** `j` when members read what came since their own join only. */
      historyFrom: { type: ['j'] as const, field: 'HistoryFrom' },
      /** Days that what is said here is kept; absent when it is kept as the deployment says. See `retentionOf`. */
      retentionDays: { type: 'number', field: 'RetentionDays' },
      /** A backend has said so: then it may be longer than the deployment's. */
      retentionByServer: { type: 'boolean', field: 'RetentionByServer' },
      /** It has had more than a thousand members: they are counted, see `RoomSize`. */
      counted: { type: 'boolean', field: 'Counted' },
      /** How large it was last seen by a fan-out: `m` is medium, `h` huge; absent in a small room. See `RoomClass`. */
      size: { type: ['m', 'h'] as const, field: 'Size' },
      /** `pending` while first members beyond one transaction's size are still to be written; the stream adds them. */
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

/** The columns that actions look at. */
export type RoomRow = Pick<EntityItem<typeof ChatRoom>, (typeof attributes)[number]>

/** AP5. Undefined for a room that was deleted too: only its id is still taken. */
export async function getRoom(chatRoomId: string): Promise<RoomRow | undefined> {
  const { data } = await ChatRoom.get({ chatRoomId }).go({ consistent: true, attributes: [...attributes] })
  return data === null || gateOf(data).deleted ? undefined : data
}

/** AP40. Consistent. */
export async function isPending(chatRoomId: string): Promise<boolean> {
  const { data } = await ChatRoom.get({ chatRoomId }).go({ consistent: true, attributes: ['setup'] })
  return data?.setup === 'pending'
}

/** AP6. Rooms that don't exist or were deleted are left out; no order. */
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

/** A number that was handed out. */
export interface Drawn {
  seq: number
  /** Epoch milliseconds. */
  drawnAt?: number
  /** When the number before it was drawn, and so an upper bound of when each lower one was. */
  prevDrawnAt?: number
  /** Days that what is written there is kept; absent when that is for good. */
  retentionDays?: number
}

/** A number that was not drawn, because the room has a gate. */
export class Gated extends Error {
  constructor(readonly gate: string) {
    super(`unable to number a message; the room has the gate ${gate}`)
  }
}

/**
 * AP7. A plain `ADD` outside any transaction, so it never conflicts, however many users send at once. A number whose
 * message is never written stays a hole.
 *
 * @param now epoch milliseconds
 * @param pass the gates that the sender may pass: none, when the room must have no gate; or this one, as it was read
 * @throws Gated when there is another gate
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
  // Who may write everywhere, an admin or a backend, may name any room.
  if (rejected && room === null) throw new NotAMember('unable to act in this room; the user is not a member')
  if (rejected || room?.headSeq === undefined) throw new Error('unable to number a message; the room has no counter')
  const { headSeq, lastAt: prevDrawnAt } = room
  return { seq: headSeq + 1, drawnAt: now, ...defined({ prevDrawnAt, retentionDays: retentionOf(room) }) }
}

/**
 * AP37. Returns false when a later number has been handed out meanwhile. `LastAt` stays: it is later than every draw
 * below the number that comes next, as it should be.
 */
export async function takeBackSeq(chatRoomId: string, { seq, drawnAt }: Drawn): Promise<boolean> {
  const { rejected } = await ChatRoom.patch({ chatRoomId })
    .set({ headSeq: seq - 1 })
    // By its moment too: a request that the SDK repeats must not take back the same number that another send has drawn.
    .where((room, { eq, lte, notExists }) =>
      [
        eq(room.headSeq, seq),
        // Else the message that would get it next were among those that were cleared.
        `(${notExists(room.firstSeq)} OR ${lte(room.firstSeq, seq)})`,
        ...(drawnAt === undefined ? [] : [eq(room.lastAt, drawnAt)]),
      ].join(' AND '),
    )
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/**
 * AP90. One that is higher already stays. Returns how large the room was last seen, and from where on it shows its
 * history, which costs nothing more.
 */
export async function raiseHeadRev(chatRoomId: string, rev: number): Promise<Partial<RoomRow>> {
  const { data } = await ChatRoom.patch({ chatRoomId })
    .set({ headRev: rev })
    .where(({ headRev }, { notExists, lt }) => `(${notExists(headRev)} OR ${lt(headRev, rev)})`)
    .go({ response: 'all_new', returnOnConditionCheckFailure: 'all_old' })
  return data ?? {}
}

/**
 * AP129. One that is higher already stays. By a plain update, as the draw of a number is: so neither refuses the other.
 *
 * @returns false when nothing happened because the room's head is lower: what is written next would be among what was
 *   cleared. True also when there is no such room.
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
