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
import { recover } from '../recover.ts'
import { bytesOf, EVENTS_BYTES } from '../reply-budget.ts'
import { markOf, readSyncCursor, type SyncCursor, syncCursorText } from '../sync-cursor.ts'

/** The rooms of a page, read again, and as many as may have been added among them meanwhile. */
const REREAD_ROOMS = 1_000

/**
 * Subscribes this connection's session to the caller's rooms, a page at a time, and returns what the client missed in
 * each. The session is written before the rooms are read, so that whoever adds the user to a room meanwhile finds it;
 * subscriptions are written before the gaps are read, so that no message falls between. AP35, AP36, AP12, AP9, AP14,
 * AP3, AP6, AP22, AP20.
 */
export const sync = action('sync', async (input, caller) => {
  const { userId, connectionId } = caller
  const own = ownConnection(caller)
  const session =
    input.cursor === undefined ? await takeSession(own, input.sessionId, Date.now()) : await sessionOf(own)
  const lastSeqs = new Map(Object.entries(input.rooms ?? {}))
  const { after, standing } = readSyncCursor(input.cursor)
  const page = await roomsOnPage(userId, after, [...lastSeqs.keys()])
  const { joined, nextCursor } = await subscribePage(session, page, { after, standing })
  const heads = await getRooms(joined)
  const rooms = joined.flatMap((chatRoomId) => heads.get(chatRoomId) ?? [])
  const recovered = await Promise.all(rooms.map((room) => recover(room, lastSeqs.get(room.chatRoomId))))
  let budget = EVENTS_BYTES
  return writeCursor({
    serverTime: Date.now(),
    connectionId,
    userId,
    limits,
    features: FEATURES,
    rooms: rooms.map((room, i) => {
      const recovery = recovered[i]!
      const size = recovery.events.reduce((sum, event) => sum + bytesOf(event), 0)
      if (size > budget) return { ...room, recovered: false, events: [] }
      budget -= size
      return { ...room, ...recovery }
    }),
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
  { after, standing }: SyncCursor,
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
  if (end < 0) return { joined: idsOf(subscribed(page.rooms)), nextCursor: page.nextCursor }
  if (end === 0 && joined.size === 0) throw new Unavailable('unable to subscribe; the table is throttled')
  const marks = subscribed(page.rooms.slice(end)).map((room) => markOf(room, connectionId))
  return {
    joined: idsOf(subscribed(page.rooms.slice(0, end))),
    nextCursor: syncCursorText({ after: page.rooms[end - 1]?.chatRoomId ?? after, standing: new Set(marks) }),
  }
}

/**
 * The caller's rooms on this page. A room that the client says it is in and that isn't listed is looked up: a
 * membership of version 0.1.0 has no mirror before the migration, and gets it here.
 */
async function roomsOnPage(
  userId: string,
  after: string | undefined,
  claimed: readonly string[],
): Promise<{ rooms: UserRoomRow[]; nextCursor?: string }> {
  const page = await roomsOfUser(userId, { limit: DEFAULT_ROOMS_PAGE, ...defined({ after }) })
  const listed = new Set(page.rooms.map(({ chatRoomId }) => chatRoomId))
  const { nextCursor } = page
  const onPage = (id: string) => (after === undefined || id > after) && (nextCursor === undefined || id <= nextCursor)
  const unlisted = [
    ...(
      await getMemberships(
        userId,
        claimed.filter((id) => !listed.has(id) && onPage(id)),
      )
    ).values(),
  ]
  await Promise.all(unlisted.map(mirrorMembership))
  const rooms = [...page.rooms, ...unlisted].sort((a, b) => (a.chatRoomId < b.chatRoomId ? -1 : 1))
  return { ...page, rooms }
}
