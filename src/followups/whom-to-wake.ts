import { getRoom } from '../entities/chat-room.ts'
import { getMembers, membersAfter } from '../entities/membership.ts'
import { getMessage, mentionsIn, type MessageRow, seqOf } from '../entities/message.ts'
import { notifyOf } from '../entities/notify-level.ts'
import { classOf } from '../entities/room-class.ts'
import { getStates, type RoomStateRow, stateKey } from '../entities/room-state.ts'
import { sessionsOfUser } from '../entities/session.ts'
import { repliesBetween } from '../entities/thread-reply.ts'
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
 * Finds who is to be woken for a message, and why: never its sender, who is looking at the room, or who does not want
 * it. AP3, AP5, AP21, AP67, AP96, AP107, AP119.
 *
 * @param named of a message that was edited: those that it mentions now and not before, and nobody else is woken
 * @param cache of the batch: members and connections of a room are read once
 */
export async function whomToWake(
  message: MessageRow,
  named: readonly string[] | undefined,
  cache: BatchCache,
  now: number,
): Promise<Woken[]> {
  const { chatRoomId, senderId, threadId } = message
  const mentioned = new Set(named ?? mentionsIn(message))
  const all = named === undefined ? await cache.once(`members ${chatRoomId}`, () => membersOf(chatRoomId)) : undefined
  const userIds = (all ?? (await membersAmong(message, mentioned, named === undefined))).filter((id) => id !== senderId)
  const states = await statesIn(message, userIds)
  const present = await presentAmong(states, cache, now)
  const isForRoom = all !== undefined && message.mentionsRoom === true
  return userIds.flatMap((userId, place): Woken[] => {
    const [inRoom, inThread] = states.get(userId) ?? []
    const level = notifyOf(inRoom, now)?.level ?? 'all'
    if (level === 'none' || present.has(userId)) return []
    if (isForRoom || mentioned.has(userId)) return [{ userId, reason: 'mention', place }]
    if (level === 'mentions' || named !== undefined) return []
    if (inThread?.follow === true) return [{ userId, reason: 'thread', place }]
    const isInRoom = threadId === undefined || message.inRoom === true
    return all !== undefined && isInRoom ? [{ userId, reason: 'message', place }] : []
  })
}

/** All members, in the order of their ids; undefined where there are too many. */
async function membersOf(chatRoomId: string): Promise<string[] | undefined> {
  const room = await getRoom(chatRoomId)
  if (room === undefined) return []
  if (classOf(room) === 'huge') return undefined
  const members = await membersAfter(chatRoomId, { limit: MAX_MEMBERS, isHasty: true })
  return members.length > MAX_MEMBERS ? undefined : members.map(({ userId }) => userId)
}

/** The members among those who are mentioned, and those who take part in the thread. */
async function membersAmong(message: MessageRow, mentioned: ReadonlySet<string>, withThread: boolean) {
  const { chatRoomId, threadId } = message
  const inThread = threadId === undefined || !withThread ? [] : await participantsOf(chatRoomId, threadId, message)
  const candidates = [...new Set([...mentioned, ...inThread])].sort()
  return (await getMembers(chatRoomId, candidates)).map(({ userId }) => userId).sort()
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
