import type { RoomRow } from '../entities/chat-room.ts'
import { presenceOf, presentInRoom, type PresentRow } from '../entities/present.ts'
import { classOf } from '../entities/room-class.ts'
import { MAX_PRESENT } from '../protocol/limits.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import type { Role, Settings } from '../protocol/room-schema.ts'

/** Rows that are read to find who is present: twice as many as users, because each may have several connections. */
const PRESENT_ROWS = 2 * MAX_PRESENT

/** Somebody who is present, on one connection or several. */
export interface Person {
  userId: string
  data?: Record<string, unknown>
  /** Epoch milliseconds. */
  since: number
}

/** Whether anybody is shown as present in a room: not in a huge one, and not where its owners don't want that. */
export const hasPresence = (room: Pick<RoomRow, 'size'>, settings: Pick<Settings, 'presence'>): boolean =>
  settings.presence && classOf(room) !== 'huge'

/** Whether one of the two in a direct room has blocked the other: both are stored as its guests then. */
export const areKeptApart = (chatRoomId: string, membership: { role: Role } | undefined): boolean =>
  isDirectRoomId(chatRoomId) && membership?.role === 'guest'

/** The rows of each user, the one that entered first in front. */
function byUser(rows: readonly PresentRow[]): Map<string, PresentRow[]> {
  const users = new Map<string, PresentRow[]>()
  for (const row of rows) {
    const { userId } = presenceOf(row)
    users.set(userId, [...(users.get(userId) ?? []), row].sort(inOrderOfEntry))
  }
  return users
}

const inOrderOfEntry = (a: PresentRow, b: PresentRow): number => a.since - b.since || (a.place < b.place ? -1 : 1)

/** Of several devices, the one that entered or changed its data last says what is shown. */
export const shownOf = (rows: readonly PresentRow[]): PresentRow =>
  rows.reduce((last, row) => (row.changedAt >= last.changedAt ? row : last))

/** @param rows of one user, as `byUser` has them */
export function personOf(rows: readonly PresentRow[]): Person {
  const { userId } = presenceOf(rows[0]!)
  const { data } = shownOf(rows)
  return {
    userId,
    since: rows[0]!.since,
    ...(data === undefined ? {} : { data: JSON.parse(data) as Record<string, unknown> }),
  }
}

/** Who is present, by user id. AP138. @returns `isCrowd`: there may be more than are shown */
export async function presentPeople(
  chatRoomId: string,
  now: number,
): Promise<{ users: Map<string, PresentRow[]>; isCrowd: boolean }> {
  const { rows, hasMore } = await presentInRoom(chatRoomId, PRESENT_ROWS, now)
  const users = byUser(rows)
  return { users, isCrowd: hasMore || users.size > MAX_PRESENT }
}
