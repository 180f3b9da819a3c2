import { getRooms, type RoomRow } from '../../entities/chat-room.ts'
import { getMemberships, mirrorMembership } from '../../entities/membership.ts'
import { statesOfUser } from '../../entities/room-state.ts'
import type { SessionRow } from '../../entities/session.ts'
import { roomsAndSessions, roomsOfUser, type UserRoomRow } from '../../entities/user-room.ts'
import { defined } from '../../protocol/defined.ts'
import { DEFAULT_ROOMS_PAGE } from '../../protocol/limits.ts'
import { Unavailable } from '../../errors.ts'
import { gateOf } from '../../entities/gate.ts'
import type { Role } from '../../protocol/room-schema.ts'
import { readableAfter, standingOf } from '../../rooms/admission.ts'
import { notifyOnWire, pacedOnWire, roomOnWire, standingOnWire } from '../../rooms/room-view.ts'
import { keepSubscribedInPart, type Standing, standingNow } from '../../rooms/keep-subscribed.ts'
import { sessionOfPage, takeSession } from '../../rooms/session.ts'
import { socketAction } from '../action.ts'
import { ownConnection, type SocketCaller } from '../caller.ts'
import { writeCursor } from '../cursor.ts'
import { FEATURES } from '../features.ts'
import { keepClaimedProfile } from '../keep-claimed-profile.ts'
import { limits } from '../limits.ts'
import { recoverRooms } from '../recover.ts'
import { markOf, readSyncCursor, type SyncCursor, syncCursorText } from '../sync-cursor.ts'

/** Enough for the rooms of a page and for all rooms that may have been added among them in between. */
const REREAD_ROOMS = 1_000

/** Each is read individually. After the migration there are none, unless a client names rooms that it is not in. */
const MAX_UNLISTED = 100

/**
 * Subscribes this connection's session to the caller's rooms, page by page, and returns what the client missed in each.
 * The session is written before the rooms are read, so that whoever adds the user to a room finds the session.
 * Subscriptions are written before the gaps are read, so that no message is missed in between. `only` does the same for
 * the rooms that the client needs first; the pages then leave them out. AP3, AP6, AP8, AP9, AP12, AP14, AP15, AP17,
 * AP20, AP22, AP34, AP35, AP36, AP38, AP39, AP48, AP67, AP91, AP95, AP98, AP123, AP124, AP125, AP155.
 */
export const sync = socketAction('sync', async (input, caller) => {
  const { userId, connectionId } = caller
  const { sessionId } = input
  const session =
    input.cursor === undefined ? await enter(caller, sessionId) : await sessionOfPage(ownConnection(caller), sessionId)
  const lastSeqs = new Map(Object.entries(input.rooms ?? {}))
  const lastRevs = new Map(Object.entries(input.revs ?? {}))
  const cursor = readSyncCursor(input.cursor)
  const { joined, nextCursor } =
    input.only === undefined
      ? await subscribePage(session, await roomsOnPage(session, cursor, [...lastSeqs.keys()], input.limit), cursor)
      : await subscribeNamed(session, [...new Set(input.only)], cursor, input.limit)
  const ids = joined.map(({ chatRoomId }) => chatRoomId)
  const [heads, states] = await Promise.all([getRooms(ids), statesOfUser(userId, ids)])
  const rooms = joined.flatMap(({ chatRoomId }) => heads.get(chatRoomId) ?? [])
  const memberships = await membershipsIn(joined, rooms, userId)
  const recovered = await recoverRooms(rooms, (room) => ({
    lastSeq: lastSeqs.get(room.chatRoomId),
    lastRev: lastRevs.get(room.chatRoomId),
    since: readableAfter({ room, membership: memberships.get(room.chatRoomId) }),
  }))
  const hasGap = (i: number) => recovered[i]!.events.length + recovered[i]!.changes.length > 0
  // Read after the gaps, because the gaps must not contain messages written after the user was removed.
  const stillIn = await getMemberships(
    userId,
    rooms.filter((_, i) => hasGap(i)).map(({ chatRoomId }) => chatRoomId),
  )
  const now = Date.now()
  return writeCursor({
    serverTime: now,
    connectionId,
    userId,
    limits,
    features: FEATURES,
    rooms: rooms.flatMap((room, i) => {
      if (hasGap(i) && !stillIn.has(room.chatRoomId)) return []
      const membership = memberships.get(room.chatRoomId)
      const standing = standingOf(caller, room.chatRoomId, membership) ?? 'member'
      return {
        ...roomOnWire(room),
        ...standingOnWire(room, standing, membership),
        closed: gateOf(room).closed,
        ...pacedOnWire(room),
        ...notifyOnWire(states.get(room.chatRoomId), now),
        ...recovered[i]!,
      }
    }),
    ...defined({ nextCursor }),
  })
})

/**
 * Prepares the first page of a `sync`: gives the session to this connection, and stores the profile that the token
 * claims.
 */
async function enter(caller: SocketCaller, sessionId: string | undefined): Promise<SessionRow> {
  const now = Date.now()
  const [session] = await Promise.all([
    takeSession(ownConnection(caller), sessionId, now),
    keepClaimedProfile(caller, now),
  ])
  return session
}

/**
 * Subscribes the session to those rooms of a page that it is not subscribed to yet. When the table throttles some
 * writes, the page ends before the first room concerned, and the cursor marks the later rooms that were written. So a
 * client makes progress with every page, and no subscription is written twice.
 *
 * @returns the rooms that the user is still a member of, in order, and where the next page starts
 * @throws Unavailable when nothing could be written and no earlier room is subscribed
 */
async function subscribePage(
  session: SessionRow,
  page: { rooms: UserRoomRow[]; nextCursor?: string },
  { after, standing, told }: SyncCursor,
): Promise<{ joined: UserRoomRow[]; nextCursor?: string | undefined }> {
  const { connectionId } = session
  const stands = (room: UserRoomRow) => standing.has(markOf(room, connectionId))
  const toWrite = page.rooms.filter((room) => !stands(room))
  const readAgain = () => readPageAgain(session.userId, after, page)
  const { joined, throttled } = await keepSubscribedInPart([session], toWrite, readAgain)
  const isSubscribed = (room: UserRoomRow) => stands(room) || joined.has(room.chatRoomId)
  const subscribed = (rooms: UserRoomRow[]) => rooms.filter(isSubscribed)
  const end = page.rooms.findIndex(({ chatRoomId }) => throttled.has(chatRoomId))
  if (end < 0) {
    const last = page.nextCursor
    const nextCursor = last === undefined ? undefined : syncCursorText({ after: last, standing: new Set(), told })
    return { joined: subscribed(page.rooms), nextCursor }
  }
  if (end === 0 && joined.size === 0) throw new Unavailable('unable to subscribe; the table is throttled')
  const marks = subscribed(page.rooms.slice(end)).map((room) => markOf(room, connectionId))
  return {
    joined: subscribed(page.rooms.slice(0, end)),
    nextCursor: syncCursorText({ after: page.rooms[end - 1]?.chatRoomId ?? after, standing: new Set(marks), told }),
  }
}

const joinIdsOf = (rooms: Iterable<UserRoomRow>) =>
  new Map([...rooms].map(({ chatRoomId, joinId }) => [chatRoomId, joinId]))

/**
 * Reads the rooms of a page and the user's sessions again: for the last page in one query, for others in two. It reads
 * a range of ids and not a number of rooms, so that a room added in between does not push another one off the page.
 * AP12, AP3; AP155.
 */
async function readPageAgain(
  userId: string,
  after: string | undefined,
  page: { rooms: UserRoomRow[]; nextCursor?: string },
): Promise<Standing> {
  if (page.nextCursor === undefined) {
    const { rooms, sessions } = await roomsAndSessions(userId, after)
    return { joinIds: joinIdsOf(rooms), sessions }
  }
  const through = page.rooms.at(-1)!.chatRoomId
  return standingNow(userId, async () => {
    const { rooms } = await roomsOfUser(userId, { limit: REREAD_ROOMS, through, ...defined({ after }) })
    return joinIdsOf(rooms)
  })
}

/**
 * Subscribes the session to those of the named rooms that the user is a member of. The list of all rooms is not read;
 * the next page continues it at the cursor, without the rooms of this reply. AP9, AP14, AP3.
 *
 * @returns the named rooms that the user is a member of and that could be written, in the order of the names
 * @throws Unavailable when the table is throttled and nothing could be written
 */
async function subscribeNamed(
  session: SessionRow,
  names: readonly string[],
  cursor: SyncCursor,
  limit?: number,
): Promise<{ joined: UserRoomRow[]; nextCursor: string }> {
  const { userId, connectionId } = session
  const memberships = await getMemberships(userId, names)
  const rooms = names.flatMap((chatRoomId) => memberships.get(chatRoomId) ?? []).slice(0, limit)
  const readAgain = () => standingNow(userId, async () => joinIdsOf((await getMemberships(userId, names)).values()))
  const { joined, throttled } = await keepSubscribedInPart([session], rooms, readAgain)
  if (joined.size === 0 && throttled.size > 0) throw new Unavailable('unable to subscribe; the table is throttled')
  const there = rooms.filter(({ chatRoomId }) => joined.has(chatRoomId))
  const told = new Set([...cursor.told, ...there.map((room) => markOf(room, connectionId))])
  const nextCursor = syncCursorText({ ...cursor, told })
  return { joined: there, nextCursor }
}

/**
 * Returns the caller's rooms on this page, without those that the client already received by name. A room that the
 * client names and that is not listed is looked up: a membership of version 0.1.0 has no mirror before the migration,
 * and gets it here.
 */
async function roomsOnPage(
  { userId, connectionId }: SessionRow,
  { after, told }: SyncCursor,
  claimed: readonly string[],
  limit = DEFAULT_ROOMS_PAGE,
): Promise<{ rooms: UserRoomRow[]; nextCursor?: string }> {
  const page = await roomsOfUser(userId, { limit, ...defined({ after }) })
  const listed = new Set(page.rooms.map(({ chatRoomId }) => chatRoomId))
  const { nextCursor } = page
  const onPage = (id: string) => (after === undefined || id > after) && (nextCursor === undefined || id <= nextCursor)
  const unlisted = [
    ...(
      await getMemberships(userId, claimed.filter((id) => !listed.has(id) && onPage(id)).slice(0, MAX_UNLISTED))
    ).values(),
  ]
  await Promise.all(unlisted.map(mirrorMembership))
  const rooms = [...page.rooms, ...unlisted]
    .filter((room) => !told.has(markOf(room, connectionId)))
    .sort((a, b) => (a.chatRoomId < b.chatRoomId ? -1 : 1))
  return { ...page, rooms }
}

/**
 * Returns the parts of the caller's memberships that the reply needs. The role comes from the mirror, except for
 * memberships older than roles. The start of the membership is read only for rooms that hide older messages. AP9.
 */
async function membershipsIn(
  joined: readonly UserRoomRow[],
  rooms: readonly RoomRow[],
  userId: string,
): Promise<ReadonlyMap<string, { role: Role; joinedSeq: number }>> {
  const known = new Map(
    joined.flatMap(({ chatRoomId, role }) =>
      role === undefined ? [] : [[chatRoomId, { role, joinedSeq: 0 }] as const],
    ),
  )
  const unknown = rooms.filter(({ chatRoomId, historyFrom }) => historyFrom === 'j' || !known.has(chatRoomId))
  const ids = unknown.map(({ chatRoomId }) => chatRoomId)
  return new Map<string, { role: Role; joinedSeq: number }>([...known, ...(await getMemberships(userId, ids))])
}
