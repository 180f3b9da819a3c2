import { getMembership, type MembershipRow, roomWithDetails } from '../entities/membership.ts'
import { messagesBetween, type MessageRow } from '../entities/message.ts'
import { classOf } from '../entities/room-class.ts'
import type { StateKey } from '../entities/room-state.ts'
import { sessionsOfUser } from '../entities/session.ts'
import { recipientOf } from '../entities/subscription.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { defined } from '../protocol/defined.ts'
import { MAX_EXACT_UNREAD } from '../protocol/limits.ts'
import { areKeptApart } from '../rooms/presence.ts'
import { detailsOnWire } from '../rooms/room-view.ts'
import type { NotifyLevel } from '../protocol/notification-actions.ts'
import type { BatchCache } from './batch-cache.ts'

/**
 * A user has read further in a room or a thread, marked something as unread, or changed the notification level of a
 * room.
 */
export interface MarkerMove extends StateKey {
  seq: number
  /** Epoch milliseconds. Of two moves of one marker, the later one applies. */
  at: number
  /** The previous marker; 0 if there was none. */
  before: number
  isPrivate: boolean
  /** The new notification level, if the level has changed. */
  chosen?: { level: NotifyLevel; levelAt: number; until?: number | undefined } | undefined
  originConnectionId: string | undefined
}

/**
 * Returns the deliveries to the user's other connections, and the receipts for the senders. There are none if the user
 * has left the room since: nothing of a room is told to who has left it. AP3, AP8; AP98, AP22.
 */
export async function markerMoved(move: MarkerMove, cache: BatchCache): Promise<Delivery[]> {
  const { userId, chatRoomId, threadId, seq, at, chosen, originConnectionId } = move
  const [sessions, membership] = await Promise.all([
    cache.once(`sessions ${userId}`, () => sessionsOfUser(userId, Date.now())),
    cache.once(`member ${userId} ${chatRoomId}`, () => getMembership(chatRoomId, userId)),
  ])
  if (membership === undefined) return []
  const only = sessions.filter(({ connectionId }) => connectionId !== originConnectionId).map(recipientOf)
  const event = { event: 'read', chatRoomId, ...defined({ threadId }), seq, at, ...chosen } as const
  return [...(only.length > 0 ? [{ event, only }] : []), ...(await receipts(move, membership, cache))]
}

/**
 * Returns receipts, only in small rooms and only for the senders of the messages: when ten users read at once, that
 * alone is nine posts for each message. There are no receipts for a marker that moves back, belongs to a thread, or is
 * private, nor for messages from before the user's join, which count as read whatever the user had marked before
 * leaving.
 */
async function receipts(move: MarkerMove, membership: MembershipRow, cache: BatchCache): Promise<Delivery[]> {
  const { userId, chatRoomId, threadId, seq, before, isPrivate } = move
  if (threadId !== undefined || isPrivate || seq <= before) return []
  const found = await cache.once(`details ${chatRoomId}`, () => roomWithDetails(chatRoomId))
  if (found === undefined || classOf(found.room) !== 'small') return []
  if (!detailsOnWire(found.room, found.details).settings.receipts) return []
  if (areKeptApart(chatRoomId, membership)) return []
  const last = Math.min(seq, found.room.headSeq)
  const first = Math.max(before + 1, membership.joinedSeq + 1, last - MAX_EXACT_UNREAD + 1)
  if (first > last) return []
  const toUsers = new Set((await placesBetween(chatRoomId, first, last, cache)).map(({ senderId }) => senderId))
  toUsers.delete(userId)
  if (toUsers.size === 0) return []
  return [{ event: { event: 'receipts', chatRoomId, receipts: { [userId]: last } }, toUsers, about: userId }]
}

const placesBetween = (chatRoomId: string, first: number, last: number, cache: BatchCache): Promise<MessageRow[]> =>
  cache.once(`places ${chatRoomId} ${first} ${last}`, async () => {
    const { rows } = await messagesBetween(chatRoomId, { first, last, limit: MAX_EXACT_UNREAD, order: 'asc' })
    return rows
  })
