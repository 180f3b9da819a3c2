import { markReady } from '../../entities/connection.ts'
import { getRooms, type RoomRow } from '../../entities/chat-room.ts'
import { keepSubscribed } from '../../rooms/keep-subscribed.ts'
import { getMemberships, type MembershipRow, roomsOfUser } from '../../entities/membership.ts'
import { subscribe, unsubscribe } from '../../entities/subscription.ts'
import { defined } from '../../protocol/defined.ts'
import { DEFAULT_ROOMS_PAGE } from '../../protocol/limits.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import { action } from '../action.ts'
import type { Caller } from '../caller.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { limits } from '../limits.ts'
import { recover } from '../recover.ts'
import { bytesOf, EVENTS_BYTES } from '../reply-budget.ts'

/**
 * Subscribes this connection to a page of the caller's rooms, and returns the messages that it missed in each. The
 * subscriptions are written before the messages are read, so that each message is in the reply or posted. AP12, AP9,
 * AP6, AP14, AP15, AP22, AP20.
 */
export const sync = action('sync', async (input, caller) => {
  // Before the memberships are read, so that whoever adds one afterwards finds this connection ready.
  if (input.cursor === undefined) await markReady(caller.connectionId, Date.now())
  const lastSeqs = new Map(Object.entries(input.rooms ?? {}))
  const { memberships, nextCursor } = await roomsOnPage(caller.userId, readCursor(input.cursor, ChatRoomId), [
    ...lastSeqs.keys(),
  ])
  const rooms = await subscribed(caller, memberships)
  const recovered = await Promise.all(rooms.map((room) => recover(room, lastSeqs.get(room.chatRoomId))))
  let budget = EVENTS_BYTES
  return writeCursor({
    serverTime: Date.now(),
    connectionId: caller.connectionId,
    userId: caller.userId,
    limits,
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
 * The memberships on this page: those in the index, which may lag behind the table, and those that the client claims,
 * which are read from the table.
 */
async function roomsOnPage(userId: string, after: string | undefined, claimed: string[]) {
  const page = await roomsOfUser(userId, { limit: DEFAULT_ROOMS_PAGE, ...defined({ after }) })
  const listed = new Set(page.memberships.map((membership) => membership.chatRoomId))
  const unlisted = claimed.filter(
    (id) =>
      !listed.has(id) &&
      (after === undefined || id > after) &&
      (page.nextCursor === undefined || id <= page.nextCursor),
  )
  const more = await getMemberships(userId, unlisted)
  const memberships = [...page.memberships, ...more.values()].sort((a, b) => (a.chatRoomId < b.chatRoomId ? -1 : 1))
  return { ...page, memberships }
}

/**
 * Subscribes the connection, then reads the memberships again. One that has ended meanwhile loses its subscription. One
 * with another `joinId`, which the index did not show yet, gets a subscription with that `joinId`.
 *
 * @returns the rooms that the connection is now subscribed to
 */
async function subscribed(caller: Caller, memberships: readonly MembershipRow[]): Promise<RoomRow[]> {
  const { userId, connectionId, rowsExpireAt } = caller
  await subscribe(
    memberships.map(({ chatRoomId, joinId }) => ({
      chatRoomId,
      connectionId,
      userId,
      joinId,
      expiresAt: rowsExpireAt,
    })),
  )
  const ids = memberships.map((membership) => membership.chatRoomId)
  const [current, rooms] = await Promise.all([getMemberships(userId, ids), getRooms(ids)])
  const gone = new Set<string>()
  await Promise.all(
    memberships.map(async ({ chatRoomId, joinId }) => {
      const membership = current.get(chatRoomId)
      if (membership?.joinId === joinId) return
      if (membership && (await keepSubscribed(membership, [{ connectionId, expiresAt: rowsExpireAt }]))) return
      await unsubscribe({ chatRoomId, connectionId }, joinId)
      gone.add(chatRoomId)
    }),
  )
  return ids.flatMap((id) => (gone.has(id) ? [] : (rooms.get(id) ?? [])))
}
