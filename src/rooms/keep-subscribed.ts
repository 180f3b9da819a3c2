import { getMembership } from '../entities/membership.ts'
import { type SessionRow, sessionsOfUser } from '../entities/session.ts'
import { placeOf, type SessionInRoom, subscribe, unsubscribe } from '../entities/subscription.ts'
import type { UserRoomRow } from '../entities/user-room.ts'
import { Unavailable } from '../errors.ts'

/** Reads one room again, for `keepSubscribed`. AP8. */
export async function joinIdNow(chatRoomId: string, userId: string): Promise<ReadonlyMap<string, string>> {
  const membership = await getMembership(chatRoomId, userId)
  return new Map(membership === undefined ? [] : [[chatRoomId, membership.joinId]])
}

/** The user's memberships, as the `joinId` of each room, and their sessions: as both are now. */
export interface Standing {
  joinIds: ReadonlyMap<string, string>
  sessions: readonly SessionRow[]
}

/** Reads the sessions beside the rooms. AP3. */
export async function standingNow(
  userId: string,
  readRooms: () => Promise<ReadonlyMap<string, string>>,
): Promise<Standing> {
  const [joinIds, sessions] = await Promise.all([readRooms(), sessionsOfUser(userId, 0)])
  return { joinIds, sessions }
}

/**
 * Subscribes sessions of one user to rooms, for as long as the user is in them and the sessions are at their
 * connections. After the write it reads both again, and mends what changed in between: a room that the user has left is
 * unsubscribed; after a leave and a new join the subscription stands on the new membership, because nothing is posted
 * to one that stands on a membership that has ended; a session that a later connection has taken over names that
 * connection. AP14, AP15; AP3.
 *
 * @param sessions as they were read or written a moment ago
 * @param rooms with the memberships as they were read or written a moment ago
 * @param readRooms reads the `joinId` of each room again, consistently; a room that the user has left is missing
 * @param written whether the subscriptions were written together with the memberships
 * @returns the rooms that the user is still in
 * @throws Unavailable when the table has throttled a part
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
 * The same, as far as the table lets it. AP14, AP15.
 *
 * @param readAgain reads the rooms and the sessions of the user again, consistently
 * @returns `joined`: the rooms that the user is still in and that all sessions are subscribed to; `throttled`: the
 * rooms of which a subscription could not be written
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

/** Returns what must be written once more; deletes a subscription to a room that the user has left. */
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
  // A session that is missing has ended with its connection: nobody listens any more.
  const latest = sessions.get(session.sessionKey) ?? session
  return joinId === room.joinId && latest.connectionId === session.connectionId
    ? undefined
    : { session: latest, room: { chatRoomId, joinId } }
}
