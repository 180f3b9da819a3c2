import { getRoom, type RoomRow } from '../entities/chat-room.ts'
import { connectionsOfUser, readyConnectionsOfUser } from '../entities/connection.ts'
import { completeRoom } from '../entities/create-room.ts'
import { readHistory } from '../rooms/read-history.ts'
import { keepSubscribed } from '../rooms/keep-subscribed.ts'
import { getMembership, type MembershipRow } from '../entities/membership.ts'
import type { MessageRow } from '../entities/message.ts'
import { subscriptionsOfConnection, unsubscribe } from '../entities/subscription.ts'
import type { TypingRow } from '../entities/typing.ts'
import { messageEventOf, messageEventWithFile } from '../files/message-event.ts'
import type { Change, PendingRoom } from './changes.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { deliveriesOfTask } from '../delivery/range-tasks.ts'

/**
 * Messages that a new member is sent along with `roomAdded`: those since the join that are older than this. A younger
 * one's own record follows this one in the shard and finds the subscription; an older one's may have gone by, if this
 * record was held up.
 */
const CATCH_UP_AGE_MS = 1_000
const CATCH_UP = 50

/** Rooms read for a batch: a room founded with a hundred members is read once, not a hundred times. */
export class RoomCache {
  readonly #rooms = new Map<string, Promise<RoomRow | undefined>>()

  get(chatRoomId: string): Promise<RoomRow | undefined> {
    const room = this.#rooms.get(chatRoomId) ?? getRoom(chatRoomId)
    this.#rooms.set(chatRoomId, room)
    return room
  }
}

/**
 * Does what a change asks for in the table, and answers with what is to be told. Everything here may run again, late,
 * or after what came later: writes are conditional on the very membership or connection that the record speaks of.
 */
export async function react(change: Change, rooms: RoomCache): Promise<Delivery[]> {
  switch (change.type) {
    case 'messageKept':
      return messageKept(change.message)
    case 'typingChanged':
      return typingChanged(change.typing)
    case 'memberAdded':
      return memberAdded(change.membership, rooms)
    case 'memberRemoved':
      return memberRemoved(change.membership)
    case 'connectionRemoved':
      return connectionRemoved(change.connection.connectionId)
    case 'roomPending':
      return roomPending(change.room)
    case 'taskMade':
      return deliveriesOfTask(change.task)
  }
}

/** A `text` goes to all but the sending connection, which has the reply; a `broadcast` to that one too. */
function messageKept(message: MessageRow): Delivery[] {
  const event = messageEventOf(message)
  return message.kind === 'text' && message.originConnectionId !== undefined
    ? [{ event, exceptConnectionId: message.originConnectionId }]
    : [{ event }]
}

function typingChanged({ chatRoomId, userId, isTyping, until }: TypingRow): Delivery[] {
  // A record that comes late would show somebody typing who has long stopped.
  if (isTyping && until <= Date.now()) return []
  return [{ event: { event: 'typing', chatRoomId, userId, isTyping, expiresAt: until }, exceptUserId: userId }]
}

/**
 * Subscribes the new member's other live connections and tells them of the room, with what they may have missed of it
 * since the join; tells the room of the member, unless both were made together.
 */
async function memberAdded(membership: MembershipRow, rooms: RoomCache): Promise<Delivery[]> {
  const { chatRoomId, userId, joinId, joinedAt, originConnectionId } = membership
  // Left since, and perhaps back again: then by a membership whose own record does what is needed.
  if ((await getMembership(chatRoomId, userId))?.joinId !== joinId) return []
  const others = (await readyConnectionsOfUser(userId, Date.now())).filter(
    (one) => one.connectionId !== originConnectionId,
  )
  if (others.length > 0 && !(await keepSubscribed(membership, others))) return []
  const deliveries: Delivery[] = []
  const only = others.map(({ connectionId }) => ({ connectionId, userId }))
  const room = only.length > 0 ? await rooms.get(chatRoomId) : undefined
  if (room) {
    const { roomName, headSeq } = room
    deliveries.push({ event: { event: 'roomAdded', chatRoomId, roomName, headSeq }, only })
    if (headSeq > membership.joinedSeq && joinedAt < Date.now() - CATCH_UP_AGE_MS) {
      const { messages } = await readHistory(chatRoomId, { after: membership.joinedSeq, limit: CATCH_UP })
      const passed = messages.filter(({ timestamp }) => timestamp < Date.now() - CATCH_UP_AGE_MS)
      const events = await Promise.all(passed.map(messageEventWithFile))
      deliveries.push(...events.map((event) => ({ event, only })))
    }
  }
  if (!membership.founding) {
    deliveries.push({
      event: { event: 'memberJoined', chatRoomId, userId, timestamp: joinedAt },
      ...(originConnectionId === undefined ? {} : { exceptConnectionId: originConnectionId }),
    })
  }
  return deliveries
}

/**
 * Unsubscribes the connections of the one who left, if they still stand on that membership, before the others are told;
 * they are told nothing when the user is back by now.
 */
async function memberRemoved({ chatRoomId, userId, joinId }: MembershipRow): Promise<Delivery[]> {
  const connections = await connectionsOfUser(userId, Date.now())
  await Promise.all(connections.map(({ connectionId }) => unsubscribe({ chatRoomId, connectionId }, joinId)))
  if ((await getMembership(chatRoomId, userId)) !== undefined) return []
  return [{ event: { event: 'memberLeft', chatRoomId, userId, timestamp: Date.now() }, exceptUserId: userId }]
}

/** A connection is gone, by `$disconnect`, a 410 or TTL: its subscriptions go too. Its id never comes back. */
async function connectionRemoved(connectionId: string): Promise<Delivery[]> {
  const subscriptions = await subscriptionsOfConnection(connectionId)
  await Promise.all(subscriptions.map((subscription) => unsubscribe(subscription)))
  return []
}

/** Completes a large founding that was cut off between its two transactions; does nothing when it wasn't. */
async function roomPending(room: PendingRoom): Promise<Delivery[]> {
  await completeRoom(room, room.pendingMembers, room.createdAt)
  return []
}
