import type { RoomRow } from '../entities/chat-room.ts'
import { presenceOf, presentInRoom, type PresentRow } from '../entities/present.ts'
import { classOf } from '../entities/room-class.ts'
import { MAX_PRESENT } from '../protocol/limits.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import type { Role, Settings } from '../protocol/room-schema.ts'

/**
 * Rows that are read to find the users who are present. There are twice as many as users, because a user may have
 * several connections.
 */
const PRESENT_ROWS = 2 * MAX_PRESENT

/** A user who is present, on one connection or several. */
export interface Person {
  userId: string
  data?: Record<string, unknown>
  /** Epoch milliseconds. */
  since: number
}

/** Tells whether a room shows who is present: not if it is huge, or its owners have switched it off. */
export const hasPresence = (room: Pick<RoomRow, 'size'>, settings: Pick<Settings, 'presence'>): boolean =>
  settings.presence && classOf(room) !== 'huge'

/** Tells whether the two users of a direct room can't write to each other. Both are stored as its guests then. */
export const areKeptApart = (chatRoomId: string, membership: { role: Role } | undefined): boolean =>
  isDirectRoomId(chatRoomId) && membership?.role === 'guest'

/** Groups rows by user. The row that entered first comes first. */
function byUser(rows: readonly PresentRow[]): Map<string, PresentRow[]> {
  const users = new Map<string, PresentRow[]>()
  for (const row of rows) {
    const { userId } = presenceOf(row)
    users.set(userId, [...(users.get(userId) ?? []), row].sort(inOrderOfEntry))
  }
  return users
}

const inOrderOfEntry = (a: PresentRow, b: PresentRow): number => a.since - b.since || (a.place < b.place ? -1 : 1)

/** Returns the row whose data is shown: of several devices, the one that set its data last. */
export function shownOf(rows: readonly PresentRow[]): PresentRow {
  // A row without data says nothing: another device has set some since, or at the same moment.
  const saying = rows.filter(({ data }) => data !== undefined)
  return (saying.length > 0 ? saying : rows).reduce((last, row) => (row.changedAt >= last.changedAt ? row : last))
}

/** Returns when the user of these rows became present, in epoch milliseconds: on a device that may have left since. */
export const sinceOf = (rows: readonly PresentRow[]): number =>
  Math.min(...rows.map(({ since, userSince = since }) => userSince))

/**
 * Returns a user who is present.
 *
 * @param rows the rows of one user, in the order of `byUser`
 */
export function personOf(rows: readonly PresentRow[]): Person {
  const { userId } = presenceOf(rows[0]!)
  const { data } = shownOf(rows)
  return {
    userId,
    since: sinceOf(rows),
    ...(data === undefined ? {} : { data: JSON.parse(data) as Record<string, unknown> }),
  }
}

/**
 * Returns the users who are present in a room, by user id. AP138.
 *
 * @returns `isCrowd`: whether there may be more users than are shown
 */
export async function presentPeople(
  chatRoomId: string,
  now: number,
): Promise<{ users: Map<string, PresentRow[]>; isCrowd: boolean }> {
  const { rows, hasMore } = await presentInRoom(chatRoomId, PRESENT_ROWS, now)
  const users = byUser(rows)
  return { users, isCrowd: hasMore || users.size > MAX_PRESENT }
}
