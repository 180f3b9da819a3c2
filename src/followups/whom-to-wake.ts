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

/** In larger rooms only who is mentioned or follows the thread is woken, and the whole room can't be mentioned. */
const MAX_MEMBERS = 1_000

/** Who has read so recently, and is connected, sees the message. */
const JUST_READ_MS = 60_000

const LOOKS_AT_ONCE = 16

/** Of a thread in a larger room: who wrote in it lately. */
const MAX_REPLIES = 500

type WakeReason = 'message' | 'mention' | 'thread'

/** Somebody who is to be woken. `place` is theirs among the candidates, the same whenever it is found out. */
export interface Woken {
  userId: string
  reason: WakeReason
  place: number
}

/**
 * Finds who is to be woken for a message, and why: never its sender, who joined after it, who is looking at the room,
 * who has read it already, who does not want it, or who is banned from the deployment. AP3, AP5, AP21, AP67, AP96,
 * AP107, AP119, AP151.
 *
 * @param named of a message that was edited: those that it mentions now and not before, and nobody else is woken
 * @param cache of the batch: members of a room, connections and bans are read once
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
    // What an edit says is news to who has read what was there before.
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

/** By user, whether they may come in; each is asked about once for a batch. */
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

/** Whether it is shown among the room's messages, and not in its thread only. */
const isInRoom = ({ threadId, inRoom }: MessageRow): boolean => threadId === undefined || inRoom === true

/** Whether somebody has read it on any device: a reply in its thread, if it is shown there only. */
const isRead = (message: MessageRow, inRoom: RoomStateRow | undefined, inThread: RoomStateRow | undefined): boolean =>
  Math.max(isInRoom(message) ? (inRoom?.readSeq ?? 0) : 0, inThread?.readSeq ?? 0) >= seqOf(message)

type Member = Pick<MembershipRow, 'userId' | 'joinedSeq'>

const userIdOf = ({ userId }: Member): string => userId

/** Whether they were in the room before it was said: for others it is no news, and some rooms don't show it to them. */
const wasIn = ({ joinedSeq }: Member, message: MessageRow): boolean => joinedSeq < seqOf(message)

/** All members, in the order of their ids; undefined where there are too many. */
async function membersOf(chatRoomId: string): Promise<Member[] | undefined> {
  const room = await getRoom(chatRoomId)
  if (room === undefined) return []
  if (classOf(room) === 'huge') return undefined
  const members = await membersAfter(chatRoomId, { limit: MAX_MEMBERS })
  return members.length > MAX_MEMBERS ? undefined : members
}

/** The members among those who are mentioned, and those who take part in the thread. */
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

/** By user, what the room is to them, and the thread. */
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

/** Who has just read and is still connected: their device shows the message. */
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
      // Not the room's subscriptions: those of a connection that has gone stay until a post finds out.
      const sessions = await cache.once(`sessions ${userId}`, () => sessionsOfUser(userId, now))
      if (sessions.length > 0) present.add(userId)
    }
  }
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, worker))
  return present
}
