import { getRooms } from '../../entities/chat-room.ts'
import { getMemberships, mirrorMembership } from '../../entities/membership.ts'
import { roomsOfUser, type UserRoomRow } from '../../entities/user-room.ts'
import { defined } from '../../protocol/defined.ts'
import { DEFAULT_ROOMS_PAGE } from '../../protocol/limits.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import { keepSubscribed } from '../../rooms/keep-subscribed.ts'
import { sessionOf, takeSession } from '../../rooms/session.ts'
import { action } from '../action.ts'
import { ownConnection } from '../caller.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { FEATURES } from '../features.ts'
import { limits } from '../limits.ts'
import { recover } from '../recover.ts'
import { bytesOf, EVENTS_BYTES } from '../reply-budget.ts'

/**
 * Subscribes this connection's session to the caller's rooms, a page at a time, and returns what the client missed in
 * each. The session is written before the rooms are read, so that whoever adds the user to a room meanwhile finds it;
 * subscriptions are written before the gaps are read, so that no message falls between. AP35, AP36, AP12, AP9, AP14,
 * AP3, AP6, AP22, AP20.
 */
export const sync = action('sync', async (input, caller) => {
  const { userId, connectionId } = caller
  const own = ownConnection(caller)
  const session = input.cursor === undefined ? await takeSession(own, input.sessionId) : await sessionOf(own)
  const lastSeqs = new Map(Object.entries(input.rooms ?? {}))
  const after = readCursor(input.cursor, ChatRoomId)
  const page = await roomsOnPage(userId, after, [...lastSeqs.keys()])
  const joined = await keepSubscribed(userId, [session], page.rooms, async () => {
    const { rooms } = await roomsOfUser(userId, {
      limit: page.rooms.length,
      ...defined({ after, through: page.nextCursor }),
    })
    return new Map(rooms.map(({ chatRoomId, joinId }) => [chatRoomId, joinId]))
  })
  const heads = await getRooms([...joined])
  const rooms = page.rooms.flatMap(({ chatRoomId }) => heads.get(chatRoomId) ?? [])
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
    ...defined({ nextCursor: page.nextCursor }),
  })
})

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
