import { getRooms } from '../entities/chat-room.ts'
import { areOpen } from '../entities/connection.ts'
import { getMemberships, type MembershipRow } from '../entities/membership.ts'
import { someSubscriptions } from '../entities/subscription.ts'
import { MAX_PRESENT } from '../protocol/limits.ts'
import { type Actor, standingOf } from './admission.ts'
import { areKeptApart } from './presence.ts'

export interface Online {
  userIds: string[]
  /** Whether there may be more. */
  capped: boolean
}

/** Connections that are looked up for one reply, shared by its rooms: 500 units. */
const MAX_CONNECTIONS = 1_000
/** Of one room. */
const MAX_OF_ROOM = 400

/**
 * Who of these rooms is online: whose subscription names a connection that is there. A subscription stays for a while
 * when its connection has ended. In a direct room whose two are kept apart, only the one who asks. AP9, AP143, AP142;
 * AP6 for who may read in rooms without being a member.
 *
 * @returns by room; rooms that the actor may not read in are left out
 */
export async function whoIsOnline(
  actor: Actor,
  chatRoomIds: readonly string[],
  now: number,
): Promise<Map<string, Online>> {
  const readable = await readableBy(actor, [...new Set(chatRoomIds)])
  const limit = Math.min(MAX_OF_ROOM, Math.floor(MAX_CONNECTIONS / Math.max(1, readable.size)))
  const rooms = await Promise.all(
    [...readable].map(async ([chatRoomId, membership]) => {
      const { subscriptions, hasMore } = await someSubscriptions(chatRoomId, limit, now)
      const isShown = (one: { userId: string }) => one.userId === actor.userId || !areKeptApart(chatRoomId, membership)
      return { chatRoomId, subscriptions: subscriptions.filter(isShown), hasMore }
    }),
  )
  const named = rooms.flatMap(({ subscriptions }) => subscriptions.map(({ connectionId }) => connectionId))
  const open = await areOpen([...new Set(named)])
  return new Map(
    rooms.map(({ chatRoomId, subscriptions, hasMore }) => {
      const there = subscriptions.filter(({ connectionId }) => open.has(connectionId))
      const userIds = [...new Set(there.map((one) => one.userId))].sort()
      return [chatRoomId, { userIds: userIds.slice(0, MAX_PRESENT), capped: hasMore || userIds.length > MAX_PRESENT }]
    }),
  )
}

/** The rooms among these that somebody may read in, each with their membership. */
async function readableBy(
  actor: Actor,
  chatRoomIds: readonly string[],
): Promise<Map<string, MembershipRow | undefined>> {
  const memberships = await getMemberships(actor.userId, chatRoomIds)
  const others = chatRoomIds.filter((id) => !memberships.has(id) && standingOf(actor, id, undefined) !== undefined)
  const rooms = await getRooms(others)
  return new Map([...memberships, ...[...rooms.keys()].map((chatRoomId) => [chatRoomId, undefined] as const)])
}
