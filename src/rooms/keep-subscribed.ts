import { getMembership } from '../entities/membership.ts'
import { type SessionRow, sessionsOfUser } from '../entities/session.ts'
import { placeOf, type SessionInRoom, subscribe, unsubscribe } from '../entities/subscription.ts'
import type { UserRoomRow } from '../entities/user-room.ts'
import { Unavailable } from '../errors.ts'

/** Reads a user's membership of one room again, for `keepSubscribed`. AP8. */
export async function joinIdNow(chatRoomId: string, userId: string): Promise<ReadonlyMap<string, string>> {
  const membership = await getMembership(chatRoomId, userId)
  return new Map(membership === undefined ? [] : [[chatRoomId, membership.joinId]])
}

/** A user's memberships, as the `joinId` of each room, and their sessions, both read at the same time. */
export interface Standing {
  joinIds: ReadonlyMap<string, string>
  sessions: readonly SessionRow[]
}

/** Reads a user's sessions while `readRooms` reads their rooms. AP3. */
export async function standingNow(
  userId: string,
  readRooms: () => Promise<ReadonlyMap<string, string>>,
): Promise<Standing> {
  const [joinIds, sessions] = await Promise.all([readRooms(), sessionsOfUser(userId, 0)])
  return { joinIds, sessions }
}

/**
 * Subscribes sessions of one user to rooms, and makes sure that this agrees with the user's memberships and sessions.
 * After the write it reads both again, and corrects what has changed in between:
 *
 * - If the user has left a room, the subscription is deleted.
 * - If the user has left and joined again, the subscription is moved to the new membership, because nothing is posted
 *   to a subscription whose membership has ended.
 * - If a later connection has taken over a session, the subscription gets that connection.
 *
 * AP14, AP15; AP3.
 *
 * @param sessions the sessions as they were read or written a moment ago
 * @param rooms the rooms, with the memberships as they were read or written a moment ago
 * @param readRooms reads the `joinId` of each room again, strongly consistent, without rooms that the user has left
 * @param written whether the subscriptions were written together with the memberships
 * @returns the rooms that the user is still in
 * @throws Unavailable when the table has throttled some of the writes for too long
 */
export async function keepSubscribed(
  userId: string,
  sessions: readonly SessionRow[],
  rooms: readonly UserRoomRow[],
  readRooms: () => Promise<ReadonlyMap<string, string>>,
  written = false,
): Promise<Set<string>> {
  const read = () => standingNow(userId, readRooms)
  const { joined, throttled } = await keepSubscribedInPart(sessions, rooms, read, written)
  if (throttled.size > 0) throw new Unavailable('unable to subscribe; the table is throttled')
  return joined
}

/**
 * Does what `keepSubscribed` does, as far as the table's throttling allows. AP14, AP15.
 *
 * @param readAgain reads the user's rooms and sessions again, strongly consistent
 * @returns `joined`: the rooms that the user is still in and that all sessions are subscribed to; `throttled`: the
 *   rooms with a subscription that could not be written
 */
export async function keepSubscribedInPart(
  sessions: readonly SessionRow[],
  rooms: readonly UserRoomRow[],
  readAgain: () => Promise<Standing>,
  written = false,
): Promise<{ joined: Set<string>; throttled: Set<string> }> {
  const throttled = new Set<string>()
  let joined = new Map(rooms.map(({ chatRoomId, joinId }) => [chatRoomId, joinId]))
  let left: SessionInRoom[] = sessions.flatMap((session) => rooms.map((room) => ({ session, room })))
  for (let isWritten = written; left.length > 0; isWritten = false) {
    const unwritten = new Set(isWritten ? [] : await subscribe(left))
    for (const { room } of unwritten) throttled.add(room.chatRoomId)
    const standing = left.filter((pair) => !unwritten.has(pair))
    if (standing.length === 0) break
    const { joinIds: current, sessions: now } = await readAgain()
    const latest = new Map(now.map((session) => [session.sessionKey, session]))
    const mended = await Promise.all(standing.map((pair) => mend(pair, current, latest)))
    joined = new Map(rooms.flatMap(({ chatRoomId }) => pairOf(chatRoomId, current.get(chatRoomId))))
    left = mended.filter((pair) => pair !== undefined)
  }
  return { joined: new Set([...joined.keys()].filter((id) => !throttled.has(id))), throttled }
}

const pairOf = (chatRoomId: string, joinId: string | undefined): [string, string][] =>
  joinId === undefined ? [] : [[chatRoomId, joinId]]

/**
 * Returns the subscription that must be written again, if any. Deletes the subscription to a room that the user has
 * left.
 */
async function mend(
  { session, room }: SessionInRoom,
  joinIds: ReadonlyMap<string, string>,
  sessions: ReadonlyMap<string, SessionRow>,
): Promise<SessionInRoom | undefined> {
  const { chatRoomId } = room
  const joinId = joinIds.get(chatRoomId)
  if (joinId === undefined) {
    await unsubscribe({ chatRoomId, place: placeOf(session) }, { joinId: room.joinId })
    return undefined
  }
  // A session that is missing has ended with its connection, so nobody listens any more.
  const latest = sessions.get(session.sessionKey) ?? session
  return joinId === room.joinId && latest.connectionId === session.connectionId
    ? undefined
    : { session: latest, room: { chatRoomId, joinId } }
}
