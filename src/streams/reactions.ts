import { getRoom, type RoomRow } from '../entities/chat-room.ts'
import type { AuditRow } from '../entities/audit.ts'
import { defined } from '../protocol/defined.ts'
import { keptOf } from '../rooms/kept.ts'
import { readableAfter } from '../rooms/admission.ts'
import { accessOfRoom, shownRole } from '../rooms/room-view.ts'
import type { ConnectionRow } from '../entities/connection.ts'
import { readHistory } from '../rooms/read-history.ts'
import { joinIdNow, keepSubscribed } from '../rooms/keep-subscribed.ts'
import { getMembers, getMembership, type MembershipRow } from '../entities/membership.ts'
import { deletePresent, deletePresentUser } from '../entities/present.ts'
import type { MessageRow } from '../entities/message.ts'
import { endSession, type SessionRow, sessionsOfUser } from '../entities/session.ts'
import { placeOf, recipientOf, unsubscribe } from '../entities/subscription.ts'
import type { TypingRow } from '../entities/typing.ts'
import type { MessageEvent } from '../protocol/events.ts'
import { messageEventOf, messageEventWithFile } from '../files/message-event.ts'
import type { BatchCache } from './batch-cache.ts'
import type { Change, PresenceChanged, ReactionChanged, SessionChanged } from './changes.ts'
import { markerMoved } from './marker-moved.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { deliveriesOfTask } from '../delivery/range-tasks.ts'

/**
 * A new member also receives, with `roomAdded`, the messages since the join that are older than this. The record of a
 * younger message follows in the shard and finds the subscription. The record of an older message may have been
 * processed already, if the record of the join was delayed.
 */
const CATCH_UP_AGE_MS = 1_000
/** At most this many of those messages. */
const CATCH_UP = 50

const roomIn = (cache: BatchCache, chatRoomId: string): Promise<RoomRow | undefined> =>
  cache.once(`room ${chatRoomId}`, () => getRoom(chatRoomId))

/** Returns a user's membership, which is read together with those of all users of the batch in this room. AP119. */
async function memberIn(cache: BatchCache, chatRoomId: string, userId: string): Promise<MembershipRow | undefined> {
  const users = cache.usersOf.get(chatRoomId) ?? new Set([userId])
  const members = await cache.once(`members ${chatRoomId}`, async () => {
    const rows = await getMembers(chatRoomId, [...users])
    return new Map(rows.map((row) => [row.userId, row]))
  })
  return members.get(userId)
}

/** Returns a user's sessions, also those that have expired. */
const sessionsIn = (cache: BatchCache, userId: string): Promise<SessionRow[]> =>
  cache.once(`all sessions ${userId}`, () => sessionsOfUser(userId, 0))

const isLive = ({ expiresAt }: SessionRow): boolean => expiresAt * 1_000 > Date.now()

/** A change that is handled on its own, not together with others of its batch. */
export type Reactive = Exclude<
  Change,
  { type: 'versionRaised' | 'closeRequested' } | ReactionChanged | PresenceChanged | SessionChanged
>

/**
 * Performs the writes that a change requires, and returns its deliveries. A record may be redelivered, late, or arrive
 * after later ones. So all writes are conditional on the membership or connection that the record is about.
 */
export async function react(change: Reactive, cache: BatchCache): Promise<Delivery[]> {
  switch (change.type) {
    case 'messageKept':
      return messageKept(change.message)
    case 'typingChanged':
      return typingChanged(change.typing)
    case 'memberAdded':
      return memberAdded(change.membership, cache)
    case 'memberRemoved':
      return memberRemoved(change.membership, cache)
    case 'connectionRemoved':
      return connectionRemoved(change.connection)
    case 'auditNoted':
      return auditNoted(change.entry)
    case 'markerMoved':
      return markerMoved(change.move, cache)
    case 'userErased': {
      const { chatRoomId, rev, userId } = change
      return [{ event: { event: 'userErased', chatRoomId, rev, userId } }]
    }
    case 'taskMade':
      return deliveriesOfTask(change.task)
  }
}

/**
 * A `text` goes to everybody but the sending connection, which has the reply. A `broadcast` goes to that connection
 * too.
 */
const deliveryOf = (event: MessageEvent, message: MessageRow): Delivery =>
  message.kind === 'text' && message.originConnectionId !== undefined
    ? { event, exceptConnectionId: message.originConnectionId }
    : { event }

const messageKept = (message: MessageRow): Delivery[] => [deliveryOf(messageEventOf(message), message)]

/** Returns the delivery of a message that may have a file. */
const messageDelivery = async (message: MessageRow): Promise<Delivery> =>
  deliveryOf(await messageEventWithFile(message), message)

/** Returns the typing events of a record, which may cover several users of the room. */
function typingChanged({ chatRoomId, also = [], ...own }: TypingRow): Delivery[] {
  // A late record would show a user as typing who stopped long ago.
  const news = [own, ...also].filter(({ isTyping, until }) => !isTyping || until > Date.now())
  return news.map(({ userId, isTyping, until }) => ({
    event: { event: 'typing', chatRoomId, userId, isTyping, expiresAt: until },
    exceptUserId: userId,
  }))
}

/**
 * Subscribes the new member's other live connections to the room; the connection that joined is already subscribed.
 * They receive `roomAdded`, and the messages that they may have missed since the join. The room receives
 * `memberJoined`, unless the room and the membership were created together.
 */
async function memberAdded(membership: MembershipRow, cache: BatchCache): Promise<Delivery[]> {
  const { chatRoomId, userId, joinId, joinedAt, originConnectionId } = membership
  const [member, sessions] = await Promise.all([memberIn(cache, chatRoomId, userId), sessionsIn(cache, userId)])
  // The member has left. If they have come back, the record of the new membership takes care of it.
  if (member?.joinId !== joinId) return []
  const others = sessions.filter((one) => isLive(one) && one.connectionId !== originConnectionId)
  const joined = await keepSubscribed(userId, others, [{ chatRoomId, joinId }], () => joinIdNow(chatRoomId, userId))
  if (!joined.has(chatRoomId)) return []
  const deliveries: Delivery[] = []
  const only = others.map(recipientOf)
  const room = only.length > 0 ? await roomIn(cache, chatRoomId) : undefined
  if (room) {
    const { roomName, headSeq } = room
    const shown = { access: accessOfRoom(room), role: shownRole(chatRoomId, membership.role) }
    const founder = membership.founding && room.createdBy !== userId ? room.createdBy : undefined
    const by = defined({ headRev: room.headRev, by: membership.addedBy ?? founder })
    deliveries.push({ event: { event: 'roomAdded', chatRoomId, roomName, headSeq, ...shown, ...by }, only })
    if (headSeq > membership.joinedSeq && joinedAt < Date.now() - CATCH_UP_AGE_MS) {
      const since = readableAfter({ room, membership })
      const range = { after: membership.joinedSeq, since, limit: CATCH_UP, ...keptOf(room, Date.now()) }
      const { messages } = await readHistory(chatRoomId, range, Date.now())
      // Read after the history, because the history must not contain messages written after the member left.
      if ((await joinIdNow(chatRoomId, userId)).get(chatRoomId) !== joinId) return []
      const passed = messages.filter(({ timestamp }) => timestamp < Date.now() - CATCH_UP_AGE_MS)
      const missed = await Promise.all(passed.map(messageDelivery))
      deliveries.push(...missed.map((delivery) => ({ ...delivery, only })))
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
 * Unsubscribes the former member's sessions, if their subscriptions belong to that membership, and ends their presence.
 * The room receives `memberLeft`, unless the user is a member again. For a deleted room nothing happens: its members
 * still need their subscriptions to receive `removed`, so the janitor deletes the subscriptions later.
 */
async function memberRemoved({ chatRoomId, userId, joinId }: MembershipRow, cache: BatchCache): Promise<Delivery[]> {
  if ((await roomIn(cache, chatRoomId)) === undefined) return []
  const [member, sessions] = await Promise.all([memberIn(cache, chatRoomId, userId), sessionsIn(cache, userId)])
  await Promise.all([
    ...sessions.map((session) => unsubscribe({ chatRoomId, place: placeOf(session) }, { joinId })),
    deletePresentUser({ chatRoomId, userId, joinId }),
  ])
  if (member !== undefined) return []
  return [{ event: { event: 'memberLeft', chatRoomId, userId, timestamp: Date.now() }, exceptUserId: userId }]
}

/**
 * Handles the deletion of a connection by `$disconnect`, a 410 or TTL: ends its session, unless a later connection has
 * taken the session over, and its presence in all rooms. Its subscriptions stay until they expire, fail with 410, or
 * are overwritten by the session's next connection.
 */
async function connectionRemoved(connection: ConnectionRow): Promise<Delivery[]> {
  const { userId, connectionId, sessionKey, presentIn = [] } = connection
  await Promise.all([
    endSession({ userId, connectionId, sessionKey: sessionKey ?? connectionId }),
    ...presentIn.map((chatRoomId) => deletePresent({ chatRoomId, userId, connectionId })),
  ])
  return []
}

const reasons = { kick: 'kicked', ban: 'banned' } as const

/**
 * Returns `removed` for a user who was kicked or banned, on all their connections, or for everybody in a room that was
 * deleted. A user who is banned without having been a member is not informed, because they may not know of the room.
 */
async function auditNoted({ chatRoomId, action, userId, joinId, reason, until }: AuditRow): Promise<Delivery[]> {
  if (action === 'deleteRoom') return [{ event: { event: 'removed', chatRoomId, reason: 'roomDeleted' } }]
  if ((action !== 'kick' && action !== 'ban') || userId === undefined || joinId === undefined) return []
  // The user was added again since. The record of the new membership then decides.
  if ((await getMembership(chatRoomId, userId)) !== undefined) return []
  const only = (await sessionsOfUser(userId, Date.now())).map(recipientOf)
  const event = { event: 'removed', chatRoomId, reason: reasons[action], ...defined({ note: reason, until }) } as const
  return [{ event, only }]
}
