import { getMembership } from '../entities/membership.ts'
import { type SessionRow, sessionsOfUser } from '../entities/session.ts'
import { placeOf, type RoomOfSession, subscribe, unsubscribe } from '../entities/subscription.ts'

/** Reads one room again, for `keepSubscribed`. AP8. */
export async function joinIdNow(chatRoomId: string, userId: string): Promise<ReadonlyMap<string, string>> {
  const membership = await getMembership(chatRoomId, userId)
  return new Map(membership === undefined ? [] : [[chatRoomId, membership.joinId]])
}

interface Pair {
  session: SessionRow
  room: RoomOfSession
}

/**
 * Subscribes sessions of one user to rooms, for as long as the user is in them and the sessions are at their
 * connections. After the write it reads both again, and mends what changed in between: a room that the user has left is
 * unsubscribed; after a leave and a new join the subscription stands on the new membership, because one that stands on
 * the old one is deleted in the course of the leave; a session that a later connection has taken over names that
 * connection. AP14, AP3, AP15.
 *
 * @param sessions as they were read or written a moment ago
 * @param rooms with the memberships as they were read or written a moment ago
 * @param readRooms reads the `joinId` of each room again, consistently; a room that the user has left is missing
 * @returns the rooms that the user is still in
 */
export async function keepSubscribed(
  userId: string,
  sessions: readonly SessionRow[],
  rooms: readonly RoomOfSession[],
  readRooms: () => Promise<ReadonlyMap<string, string>>,
): Promise<Set<string>> {
  let joined = new Map(rooms.map(({ chatRoomId, joinId }) => [chatRoomId, joinId]))
  let left: Pair[] = sessions.flatMap((session) => rooms.map((room) => ({ session, room })))
  while (left.length > 0) {
    await subscribe(left)
    const [current, now] = await Promise.all([readRooms(), sessionsOfUser(userId, 0)])
    const latest = new Map(now.map((session) => [session.sessionKey, session]))
    const mended = await Promise.all(left.map((pair) => mend(pair, current, latest)))
    joined = new Map(rooms.flatMap(({ chatRoomId }) => pairOf(chatRoomId, current.get(chatRoomId))))
    left = mended.filter((pair) => pair !== undefined)
  }
  return new Set(joined.keys())
}

const pairOf = (chatRoomId: string, joinId: string | undefined): [string, string][] =>
  joinId === undefined ? [] : [[chatRoomId, joinId]]

/** Returns what must be written once more; deletes a subscription to a room that the user has left. */
async function mend(
  { session, room }: Pair,
  joinIds: ReadonlyMap<string, string>,
  sessions: ReadonlyMap<string, SessionRow>,
): Promise<Pair | undefined> {
  const { chatRoomId } = room
  const joinId = joinIds.get(chatRoomId)
  if (joinId === undefined) {
    await unsubscribe({ chatRoomId, place: placeOf(session) }, { joinId: room.joinId })
    return undefined
  }
  // A session that is missing has ended with its connection: nobody listens any more.
  const latest = sessions.get(session.sessionKey) ?? session
  return joinId === room.joinId && latest.connectionId === session.connectionId
    ? undefined
    : { session: latest, room: { chatRoomId, joinId } }
}
