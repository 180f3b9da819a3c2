import { getRoom } from '../entities/chat-room.ts'
import { getMembers, membersAfter, type MembershipRow } from '../entities/membership.ts'
import { getMessage, mentionsIn, type MessageRow, seqOf } from '../entities/message.ts'
import { notifyOf } from '../entities/notify-level.ts'
import { classOf } from '../entities/room-class.ts'
import { getStates, type RoomStateRow, stateKey } from '../entities/room-state.ts'
import { sessionsOfUser } from '../entities/session.ts'
import { repliesBetween } from '../entities/thread-reply.ts'
import { bannedAmong } from '../entities/user.ts'
import type { BatchCache } from '../streams/batch-cache.ts'

/**
 * In larger rooms, only mentioned users and followers of the thread are notified, and a mention of the room is ignored.
 */
const MAX_MEMBERS = 1_000

/** A user who has read this recently and is connected sees the message anyway. */
const JUST_READ_MS = 60_000

const LOOKS_AT_ONCE = 16

/** How many of the latest replies are read to find the participants of a thread in a larger room. */
const MAX_REPLIES = 500

type WakeReason = 'message' | 'mention' | 'thread'

/**
 * A user who is to be notified. `place` is their place among the candidates, and the same each time the list is made.
 */
export interface Woken {
  userId: string
  reason: WakeReason
  place: number
}

/**
 * Returns the users who are to be notified of a message by push, and why. It leaves out the sender, users who joined
 * later, are looking at the room, have read the message, do not want it, or are banned from the deployment. AP3, AP5,
 * AP21, AP67, AP96, AP107, AP119, AP151.
 *
 * @param named for an edited message: the users whom it mentions only now; nobody else is notified
 * @param cache the batch's cache: members of a room, connections and bans are read once
 */
export async function whomToWake(
  message: MessageRow,
  named: readonly string[] | undefined,
  cache: BatchCache,
  now: number,
): Promise<Woken[]> {
  const { chatRoomId, senderId } = message
  const mentioned = new Set(named ?? mentionsIn(message))
  const all = named === undefined ? await cache.once(`members ${chatRoomId}`, () => membersOf(chatRoomId)) : undefined
  const members = all ?? (await membersAmong(message, mentioned, named === undefined))
  const userIds = members.filter((member) => wasIn(member, message) && member.userId !== senderId).map(userIdOf)
  const states = await statesIn(message, userIds)
  const present = await presentAmong(states, cache, now)
  const isForRoom = all !== undefined && message.mentionsRoom === true
  const woken = userIds.flatMap((userId, place): Woken[] => {
    const [inRoom, inThread] = states.get(userId) ?? []
    const level = notifyOf(inRoom, now)?.level ?? 'all'
    if (level === 'none' || present.has(userId)) return []
    // An edit that mentions a user is news even if the user has read the message before.
    if (named === undefined && isRead(message, inRoom, inThread)) return []
    if (isForRoom || mentioned.has(userId)) return [{ userId, reason: 'mention', place }]
    if (level === 'mentions' || named !== undefined) return []
    if (inThread?.follow === true) return [{ userId, reason: 'thread', place }]
    return all !== undefined && isInRoom(message) ? [{ userId, reason: 'message', place }] : []
  })
  const mayCome = await letIn(
    woken.map(({ userId }) => userId),
    cache,
    now,
  )
  return woken.filter(({ userId }) => mayCome.get(userId))
}

/** Returns, by user, whether the user is not banned. Each user is checked once per batch. */
async function letIn(
  userIds: readonly string[],
  cache: BatchCache,
  now: number,
): Promise<ReadonlyMap<string, boolean>> {
  const known = await cache.once('let in', () => Promise.resolve(new Map<string, boolean>()))
  const unknown = userIds.filter((userId) => !known.has(userId))
  const banned = await bannedAmong(unknown, now)
  for (const userId of unknown) known.set(userId, !banned.has(userId))
  return known
}

/** Whether the message is shown among the room's messages, and not only in its thread. */
const isInRoom = ({ threadId, inRoom }: MessageRow): boolean => threadId === undefined || inRoom === true

/** Whether a user has read the message on any device. A reply shown only in its thread must be read there. */
const isRead = (message: MessageRow, inRoom: RoomStateRow | undefined, inThread: RoomStateRow | undefined): boolean =>
  Math.max(isInRoom(message) ? (inRoom?.readSeq ?? 0) : 0, inThread?.readSeq ?? 0) >= seqOf(message)

type Member = Pick<MembershipRow, 'userId' | 'joinedSeq'>

const userIdOf = ({ userId }: Member): string => userId

/**
 * Whether a member was in the room before the message. For later members it is not news, and some rooms hide it from
 * them.
 */
const wasIn = ({ joinedSeq }: Member, message: MessageRow): boolean => joinedSeq < seqOf(message)

/** Returns all members, ordered by id; undefined if there are too many. */
async function membersOf(chatRoomId: string): Promise<Member[] | undefined> {
  const room = await getRoom(chatRoomId)
  if (room === undefined) return []
  if (classOf(room) === 'huge') return undefined
  const members = await membersAfter(chatRoomId, { limit: MAX_MEMBERS })
  return members.length > MAX_MEMBERS ? undefined : members
}

/** Returns the members among the mentioned users and the participants of the thread. */
async function membersAmong(
  message: MessageRow,
  mentioned: ReadonlySet<string>,
  withThread: boolean,
): Promise<Member[]> {
  const { chatRoomId, threadId } = message
  const inThread = threadId === undefined || !withThread ? [] : await participantsOf(chatRoomId, threadId, message)
  const candidates = [...new Set([...mentioned, ...inThread])].sort()
  return (await getMembers(chatRoomId, candidates)).toSorted((a, b) => (a.userId < b.userId ? -1 : 1))
}

async function participantsOf(chatRoomId: string, threadId: string, before: MessageRow): Promise<string[]> {
  const range = { first: 1, last: seqOf(before), limit: MAX_REPLIES, order: 'desc' } as const
  const [root, replies] = await Promise.all([
    getMessage(chatRoomId, threadId),
    repliesBetween({ chatRoomId, threadId }, range),
  ])
  return [...(root === undefined ? [] : [root.senderId]), ...replies.map(({ senderId }) => senderId)]
}

/** Returns the users' states in the room, and in the message's thread if it has one. */
async function statesIn({ chatRoomId, threadId }: MessageRow, userIds: readonly string[]) {
  const keysOf = (userId: string) => [
    { userId, chatRoomId },
    ...(threadId === undefined ? [] : [{ userId, chatRoomId, threadId }]),
  ]
  const rows = await getStates(userIds.flatMap(keysOf), { isHasty: true })
  const byKey = new Map(rows.map((row) => [`${row.partition} ${row.place}`, row]))
  const rowOf = (key: ReturnType<typeof keysOf>[number]) => {
    const { partition, place } = stateKey(key)
    return byKey.get(`${partition} ${place}`)
  }
  return new Map(userIds.map((userId) => [userId, keysOf(userId).map(rowOf)]))
}

/** Returns the users who have just read and are still connected: their device shows the message. */
async function presentAmong(
  states: ReadonlyMap<string, (RoomStateRow | undefined)[]>,
  cache: BatchCache,
  now: number,
): Promise<ReadonlySet<string>> {
  const justRead = [...states].filter(([, rows]) => rows.some((row) => (row?.readAt ?? 0) > now - JUST_READ_MS))
  const present = new Set<string>()
  const queue = justRead.values()
  const worker = async () => {
    for (const [userId] of queue) {
      // Subscriptions would not do, because those of a closed connection stay until a post fails.
      const sessions = await cache.once(`sessions ${userId}`, () => sessionsOfUser(userId, now))
      if (sessions.length > 0) present.add(userId)
    }
  }
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, worker))
  return present
}
