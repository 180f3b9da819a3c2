import { getRooms } from '../../entities/chat-room.ts'
import { getMemberships, mirrorMembership } from '../../entities/membership.ts'
import type { SessionRow } from '../../entities/session.ts'
import { roomsOfUser, type UserRoomRow } from '../../entities/user-room.ts'
import { defined } from '../../protocol/defined.ts'
import { DEFAULT_ROOMS_PAGE } from '../../protocol/limits.ts'
import { Unavailable } from '../../errors.ts'
import { keepSubscribedInPart } from '../../rooms/keep-subscribed.ts'
import { sessionOf, takeSession } from '../../rooms/session.ts'
import { action } from '../action.ts'
import { ownConnection } from '../caller.ts'
import { writeCursor } from '../cursor.ts'
import { FEATURES } from '../features.ts'
import { limits } from '../limits.ts'
import { recoverRooms } from '../recover.ts'
import { markOf, readSyncCursor, type SyncCursor, syncCursorText } from '../sync-cursor.ts'

/** The rooms of a page, read again, and as many as may have been added among them meanwhile. */
const REREAD_ROOMS = 1_000

/** Each is read by itself, and after the migration there are none but those of who names rooms of others. */
const MAX_UNLISTED = 100

/**
 * Subscribes this connection's session to the caller's rooms, a page at a time, and returns what the client missed in
 * each. The session is written before the rooms are read, so that whoever adds the user to a room meanwhile finds it;
 * subscriptions are written before the gaps are read, so that no message falls between. `only` does the same for the
 * rooms that the client needs first, and the pages leave them out. AP35, AP36, AP12, AP9, AP14, AP3, AP6, AP22, AP20.
 */
export const sync = action('sync', async (input, caller) => {
  const { userId, connectionId } = caller
  const own = ownConnection(caller)
  const session =
    input.cursor === undefined ? await takeSession(own, input.sessionId, Date.now()) : await sessionOf(own)
  const lastSeqs = new Map(Object.entries(input.rooms ?? {}))
  const cursor = readSyncCursor(input.cursor)
  const { joined, nextCursor } =
    input.only === undefined
      ? await subscribePage(session, await roomsOnPage(session, cursor, [...lastSeqs.keys()], input.limit), cursor)
      : await subscribeNamed(session, [...new Set(input.only)], cursor)
  const heads = await getRooms(joined)
  const rooms = joined.flatMap((chatRoomId) => heads.get(chatRoomId) ?? [])
  const recovered = await recoverRooms(rooms, lastSeqs)
  return writeCursor({
    serverTime: Date.now(),
    connectionId,
    userId,
    limits,
    features: FEATURES,
    rooms: rooms.map((room, i) => ({ ...room, ...recovered[i]! })),
    ...defined({ nextCursor }),
  })
})

/**
 * Subscribes the session to the rooms of a page that it isn't subscribed to yet. When the table throttles some of them,
 * the page ends before the first of those, and the cursor says which later ones are written: a client that goes on
 * makes progress with every page, and nothing is written twice.
 *
 * @returns the rooms that the user is still in, in order, and where the next page starts
 * @throws Unavailable when nothing could be written and no room stands before it
 */
async function subscribePage(
  session: SessionRow,
  page: { rooms: UserRoomRow[]; nextCursor?: string },
  { after, standing, told }: SyncCursor,
): Promise<{ joined: string[]; nextCursor?: string | undefined }> {
  const { userId, connectionId } = session
  const stands = (room: UserRoomRow) => standing.has(markOf(room, connectionId))
  const toWrite = page.rooms.filter((room) => !stands(room))
  const { joined, throttled } = await keepSubscribedInPart(userId, [session], toWrite, async () => {
    // By range, not by number: a room that was added meanwhile must not push another one off the page.
    const through = page.rooms.at(-1)!.chatRoomId
    const { rooms } = await roomsOfUser(userId, { limit: REREAD_ROOMS, through, ...defined({ after }) })
    return new Map(rooms.map(({ chatRoomId, joinId }) => [chatRoomId, joinId]))
  })
  const isSubscribed = (room: UserRoomRow) => stands(room) || joined.has(room.chatRoomId)
  const subscribed = (rooms: UserRoomRow[]) => rooms.filter(isSubscribed)
  const end = page.rooms.findIndex(({ chatRoomId }) => throttled.has(chatRoomId))
  const idsOf = (rooms: UserRoomRow[]) => rooms.map(({ chatRoomId }) => chatRoomId)
  if (end < 0) {
    const last = page.nextCursor
    const nextCursor = last === undefined ? undefined : syncCursorText({ after: last, standing: new Set(), told })
    return { joined: idsOf(subscribed(page.rooms)), nextCursor }
  }
  if (end === 0 && joined.size === 0) throw new Unavailable('unable to subscribe; the table is throttled')
  const marks = subscribed(page.rooms.slice(end)).map((room) => markOf(room, connectionId))
  return {
    joined: idsOf(subscribed(page.rooms.slice(0, end))),
    nextCursor: syncCursorText({ after: page.rooms[end - 1]?.chatRoomId ?? after, standing: new Set(marks), told }),
  }
}

/**
 * Subscribes the session to the named rooms that the user is in. The list of all rooms is not read: it goes on where
 * the cursor stands, without the rooms that the reply has. AP9, AP14, AP3.
 *
 * @returns the rooms that the user is in and that could be written, in the order of the names
 * @throws Unavailable when the table is throttled and nothing could be written
 */
async function subscribeNamed(
  session: SessionRow,
  names: readonly string[],
  cursor: SyncCursor,
): Promise<{ joined: string[]; nextCursor: string }> {
  const { userId, connectionId } = session
  const read = async () => new Map([...(await getMemberships(userId, names))].map(([id, { joinId }]) => [id, joinId]))
  const joinIds = await read()
  const rooms = names.flatMap((chatRoomId) => {
    const joinId = joinIds.get(chatRoomId)
    return joinId === undefined ? [] : [{ chatRoomId, joinId }]
  })
  const { joined, throttled } = await keepSubscribedInPart(userId, [session], rooms, read)
  if (joined.size === 0 && throttled.size > 0) throw new Unavailable('unable to subscribe; the table is throttled')
  const there = rooms.filter(({ chatRoomId }) => joined.has(chatRoomId))
  const told = new Set([...cursor.told, ...there.map((room) => markOf(room, connectionId))])
  const nextCursor = syncCursorText({ ...cursor, told })
  return { joined: there.map(({ chatRoomId }) => chatRoomId), nextCursor }
}

/**
 * The caller's rooms on this page, without those that the client had by name. A room that the client says it is in and
 * that isn't listed is looked up: a membership of version 0.1.0 has no mirror before the migration, and gets it here.
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
