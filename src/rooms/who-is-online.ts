import { getRooms } from '../entities/chat-room.ts'
import { areOpen } from '../entities/connection.ts'
import { getMemberships, type MembershipRow } from '../entities/membership.ts'
import { someSubscriptions } from '../entities/subscription.ts'
import { MAX_PRESENT } from '../protocol/limits.ts'
import { type Actor, standingOf } from './admission.ts'
import { areKeptApart } from './presence.ts'

/** Who is online in a room. */
export interface Online {
  userIds: string[]
  /** Whether there may be more users than `userIds`. */
  capped: boolean
}

/** Connections that are looked up for one reply, shared by all its rooms: 500 read units. */
const MAX_CONNECTIONS = 1_000
/** Connections that are looked up in one room. */
const MAX_OF_ROOM = 400

/**
 * Returns who is online in these rooms: the users with a subscription whose connection is open. A subscription may
 * outlive its connection for a while. In a direct room whose two users are kept apart, it returns only the actor. AP9,
 * AP143, AP142; AP6 for users who may read in rooms without being members.
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

/** Returns those of these rooms that a user may read in, each with their membership. */
async function readableBy(
  actor: Actor,
  chatRoomIds: readonly string[],
): Promise<Map<string, MembershipRow | undefined>> {
  const memberships = await getMemberships(actor.userId, chatRoomIds)
  const others = chatRoomIds.filter((id) => !memberships.has(id) && standingOf(actor, id, undefined) !== undefined)
  const rooms = await getRooms(others)
  return new Map([...memberships, ...[...rooms.keys()].map((chatRoomId) => [chatRoomId, undefined] as const)])
}
