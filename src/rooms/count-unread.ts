import { getRooms } from '../entities/chat-room.ts'
import { getMemberships } from '../entities/membership.ts'
import { mentionsOf } from '../entities/mention.ts'
import { getMessages, mentionsIn, messagesBetween, type MessageRow, seqOf } from '../entities/message.ts'
import { type RoomStateRow, statesOfUser } from '../entities/room-state.ts'
import { roomsOfUser } from '../entities/user-room.ts'
import { MAX_EXACT_UNREAD } from '../protocol/limits.ts'
import { readableAfter } from './admission.ts'
import { isPast, type Kept, keptOf } from './kept.ts'
import { rowBytes } from './row-bytes.ts'

/** What a user has not read in a room. */
export interface Unread {
  readSeq: number
  /** Number of other users' messages after `readSeq`. */
  count: number
  exact: boolean
  mentions: number
}

/**
 * Returns the seq up to which a user has read a room. Messages from before they joined count as read, and a marker
 * can't be beyond the head.
 */
export const readSeqOf = (marker: number | undefined, joinedSeq: number, headSeq: number): number =>
  Math.min(Math.max(marker ?? 0, joinedSeq), headSeq)

/** Bytes of messages that are read for one reply: 100 read units. The rooms that are left are not counted exactly. */
const MAX_BYTES = 400_000

/** Places that are read in the first round, when the size of the messages is not known yet. */
const FIRST_PLACES = 50

/**
 * Counts what a user has not read in these rooms. There is no stored count that could become wrong: the messages
 * themselves are counted, up to the head that the client knows, because the client counts later ones itself. AP95,
 * AP96, AP12, AP9, AP6, AP22, AP34, AP111.
 *
 * @param heads the newest seq that the client knows, by room
 * @returns by room; rooms that the user is not in are left out
 */
export async function countUnread(userId: string, heads: ReadonlyMap<string, number>): Promise<Map<string, Unread>> {
  const ids = [...heads.keys()]
  const [states, joined] = await Promise.all([statesOfUser(userId, ids), joinedAmong(userId, ids)])
  const places = [...joined].map(([chatRoomId, joinedSeq]) =>
    placeOf(chatRoomId, states.get(chatRoomId), joinedSeq, heads.get(chatRoomId)!),
  )
  // A marker beyond what the client knows may be beyond the room's head too, and the client's head as well.
  const toLookUp = places.filter(({ readSeq, headSeq, marker }) => readSeq < headSeq || marker > headSeq)
  const rooms = await getRooms(toLookUp.map(({ chatRoomId }) => chatRoomId))
  const toCount = toLookUp.flatMap((place) => {
    const room = rooms.get(place.chatRoomId)
    if (room === undefined) return []
    const headSeq = Math.min(place.headSeq, room.headSeq)
    // Cleared messages don't count as unread.
    const readSeq = Math.min(Math.max(place.readSeq, readableAfter({ room, membership: undefined })), headSeq)
    return [{ ...place, readSeq, headSeq, ...keptOf(room, Date.now()) }]
  })
  const kept = new Map(toCount.map((place) => [place.chatRoomId, place.keptSince]))
  const counted = await withMentions(userId, await countAll(userId, toCount), kept, Date.now())
  return new Map(
    places.flatMap((place) => {
      if (!toLookUp.includes(place)) return [[place.chatRoomId, nothingAfter(place.readSeq)] as const]
      const unread = counted.get(place.chatRoomId)
      return unread === undefined ? [] : [[place.chatRoomId, unread] as const]
    }),
  )
}

interface Place extends Partial<Kept> {
  chatRoomId: string
  readSeq: number
  headSeq: number
  /** As it is stored. */
  marker: number
}

const placeOf = (chatRoomId: string, state: RoomStateRow | undefined, joinedSeq: number, headSeq: number): Place => ({
  chatRoomId,
  readSeq: readSeqOf(state?.readSeq, joinedSeq, headSeq),
  headSeq,
  marker: state?.readSeq ?? 0,
})

const nothingAfter = (readSeq: number): Unread => ({ readSeq, count: 0, exact: true, mentions: 0 })

/**
 * Rows that are read from the user's list of rooms, for each requested room. The rooms after them are looked up by key.
 */
const ROWS_EACH = 4

/** Returns those of these rooms that the user is in, with the head when they joined. AP12, AP9. */
async function joinedAmong(userId: string, chatRoomIds: readonly string[]): Promise<Map<string, number>> {
  const ids = [...chatRoomIds].sort()
  const [from, through] = [ids[0], ids.at(-1)]
  if (from === undefined || through === undefined) return new Map()
  const { rooms, nextCursor } = await roomsOfUser(userId, { from, through, limit: ROWS_EACH * ids.length })
  const wanted = new Set(ids)
  const listed = rooms.filter(({ chatRoomId }) => wanted.has(chatRoomId))
  const unlisted = nextCursor === undefined ? [] : ids.filter((id) => id > nextCursor)
  const unknown = listed.filter(({ joinedSeq }) => joinedSeq === undefined).map(({ chatRoomId }) => chatRoomId)
  const memberships = await getMemberships(userId, [...unknown, ...unlisted])
  return new Map([
    ...listed.flatMap(({ chatRoomId, joinedSeq }) =>
      joinedSeq === undefined ? [] : [[chatRoomId, joinedSeq] as const],
    ),
    ...[...memberships].map(([chatRoomId, { joinedSeq }]) => [chatRoomId, joinedSeq] as const),
  ])
}

/** Counts the rooms with the fewest unread places first, until `MAX_BYTES` were read. AP22. */
async function countAll(userId: string, places: readonly Place[]): Promise<Map<string, Unread>> {
  const counted = new Map<string, Unread>()
  const gapOf = ({ readSeq, headSeq }: Place) => headSeq - readSeq
  const queue: Place[] = []
  for (const place of places) {
    const { chatRoomId, readSeq, headSeq } = place
    const gap = gapOf(place)
    if (gap <= 0) counted.set(chatRoomId, nothingAfter(Math.min(readSeq, headSeq)))
    else if (gap > MAX_EXACT_UNREAD) counted.set(chatRoomId, { readSeq, count: gap, exact: false, mentions: 0 })
    else queue.push(place)
  }
  queue.sort((a, b) => gapOf(a) - gapOf(b))
  let bytes = 0
  let read = 0
  while (queue.length > 0 && bytes < MAX_BYTES) {
    const most = read === 0 ? FIRST_PLACES : Math.max(FIRST_PLACES, ((MAX_BYTES - bytes) / bytes) * read)
    let sum = 0
    const end = queue.findIndex((place, i) => (sum += gapOf(place)) > most && i > 0)
    const some = queue.splice(0, end === -1 ? queue.length : end)
    await Promise.all(
      some.map(async ({ chatRoomId, readSeq, headSeq, keptSince = 0 }) => {
        const range = { first: readSeq + 1, last: headSeq, limit: MAX_EXACT_UNREAD, order: 'asc' } as const
        const { rows } = await messagesBetween(chatRoomId, range)
        const kept = rows.filter((message) => !isPast(message, { keptSince }, Date.now()))
        const unread = kept.filter((message) => isUnread(message, userId))
        const mentions = unread.filter((message) => message.mentionsRoom || mentionsIn(message).includes(userId)).length
        counted.set(chatRoomId, { readSeq, count: unread.length, exact: true, mentions })
        read += rows.length
        bytes += rowBytes(rows)
      }),
    )
  }
  for (const place of queue) {
    const { chatRoomId, readSeq } = place
    counted.set(chatRoomId, { readSeq, count: gapOf(place), exact: false, mentions: 0 })
  }
  return counted
}

/**
 * Tells whether a message after the marker counts as unread. It must be another user's, shown in the room itself and
 * not only in a thread, and neither a hole nor deleted.
 */
const isUnread = ({ kind, senderId, threadId, inRoom }: MessageRow, userId: string): boolean =>
  kind !== 'hole' && kind !== 'deleted' && senderId !== userId && (threadId === undefined || inRoom === true)

/** Mentions that are looked at, for rooms with too many messages to count. */
const MAX_MENTIONS_SEEN = 100

/**
 * Counts the mentions in rooms whose messages were not counted, by the user's `Mention` rows. The message must count as
 * unread, so a reply that is shown only in its thread doesn't. AP111, AP34.
 */
async function withMentions(
  userId: string,
  counted: Map<string, Unread>,
  kept: ReadonlyMap<string, number>,
  now: number,
): Promise<Map<string, Unread>> {
  if ([...counted.values()].every(({ exact }) => exact)) return counted
  const { mentions } = await mentionsOf(userId, { limit: MAX_MENTIONS_SEEN }, now)
  const withRows = await Promise.all(
    [...counted].map(async ([chatRoomId, unread]) => {
      const { readSeq, count, exact } = unread
      if (exact) return [chatRoomId, unread] as const
      const seqs = mentions.filter((row) => row.chatRoomId === chatRoomId).map(seqOf)
      const after = seqs.filter((seq) => seq > readSeq && seq <= readSeq + count)
      const messages = after.length === 0 ? [] : await getMessages(chatRoomId, after)
      const keptSince = kept.get(chatRoomId) ?? 0
      const unreadNow = messages.filter((one) => isUnread(one, userId) && !isPast(one, { keptSince }, now))
      const named = unreadNow.filter((one) => mentionsIn(one).includes(userId))
      return [chatRoomId, { ...unread, mentions: named.length }] as const
    }),
  )
  return new Map(withRows)
}
