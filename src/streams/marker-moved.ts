import { getMembership, roomWithDetails } from '../entities/membership.ts'
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
 * A user has read further in a room or a thread, has made something unread again, or is to be woken for other messages.
 */
export interface MarkerMove extends StateKey {
  seq: number
  /** Epoch milliseconds: of two moves of one marker, the later one holds. */
  at: number
  /** The marker before; 0 when there was none. */
  before: number
  isPrivate: boolean
  /** Which messages are to wake the user, when it is this that has changed. */
  chosen?: { level: NotifyLevel; levelAt: number; until?: number | undefined } | undefined
  originConnectionId: string | undefined
}

/**
 * Tells the user's other connections, and the senders of what was read. AP3; AP98, AP8, AP22.
 */
export async function markerMoved(move: MarkerMove, cache: BatchCache): Promise<Delivery[]> {
  const { userId, chatRoomId, threadId, seq, at, chosen, originConnectionId } = move
  const sessions = await cache.once(`sessions ${userId}`, () => sessionsOfUser(userId, Date.now()))
  const only = sessions.filter(({ connectionId }) => connectionId !== originConnectionId).map(recipientOf)
  const event = { event: 'read', chatRoomId, ...defined({ threadId }), seq, at, ...chosen } as const
  return [...(only.length > 0 ? [{ event, only }] : []), ...(await receipts(move, cache))]
}

/**
 * Of small rooms only, and only to the senders of what was read: a room of ten that reads at once costs nine posts a
 * message. Nobody is told of a marker that moves back, of a thread's, or of one that its user keeps private. Nor of
 * what was said before the user joined: it counts as read, whatever they had marked before they left.
 */
async function receipts(move: MarkerMove, cache: BatchCache): Promise<Delivery[]> {
  const { userId, chatRoomId, threadId, seq, before, isPrivate } = move
  if (threadId !== undefined || isPrivate || seq <= before) return []
  const found = await cache.once(`details ${chatRoomId}`, () => roomWithDetails(chatRoomId))
  if (found === undefined || classOf(found.room) !== 'small') return []
  if (!detailsOnWire(found.room, found.details).settings.receipts) return []
  const membership = await getMembership(chatRoomId, userId)
  if (membership === undefined || areKeptApart(chatRoomId, membership)) return []
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
