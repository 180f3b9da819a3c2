import { getRooms, type RoomRow } from '../entities/chat-room.ts'
import { type FollowedThread, followedThreads } from '../entities/followed-thread.ts'
import { getMemberships, type MembershipRow } from '../entities/membership.ts'
import { getMessages, type MessageRow, seqOf } from '../entities/message.ts'
import { repliesBetween } from '../entities/thread-reply.ts'
import { isReadable, readableAfter } from './admission.ts'
import { type Kept, keptOf } from './kept.ts'
import { readSeqOf } from './count-unread.ts'

/** A thread, as a user who follows it sees it. */
export interface ShownThread {
  chatRoomId: string
  root: MessageRow
  readSeq: number
  unread: { count: number; exact: boolean }
}

/** If there are more unread replies than this, they are not counted exactly. */
const MAX_COUNTED = 50

/**
 * Returns threads with their roots and the number of unread replies, as a user sees them. Leaves out threads whose
 * replies were all deleted. AP6, AP9, AP34, AP107.
 */
export async function showThreads(userId: string, threads: readonly FollowedThread[]): Promise<ShownThread[]> {
  const now = Date.now()
  const found = await shownAmong(userId, threads)
  const roots = await rootsOf(found)
  const rootOf = ({ chatRoomId, threadId }: FollowedThread) => roots.get(`${chatRoomId} ${threadId}`)
  const shown = found.filter((thread) => !isEmptied(rootOf(thread)))
  return Promise.all(
    shown.map(async ({ room, membership, ...thread }) => {
      const { chatRoomId } = thread
      const since = readableAfter({ room, membership })
      const readSeq = readSeqOf(thread.readSeq, Math.max(membership.joinedSeq, since), room.headSeq)
      const root = rootOf(thread)
      const isShown = root !== undefined && isReadable({ room, membership }, root, now)
      const unread = await countUnread(thread, readSeq, userId, keptOf(room, now))
      return { chatRoomId, root: isShown ? root : goneRoot(thread), readSeq, unread }
    }),
  )
}

/**
 * Whether there were replies, and all of them were deleted. A root that is gone has no count. Without replies from the
 * beginning, a user who follows the thread has chosen to.
 */
const isEmptied = (root: MessageRow | undefined): boolean => root?.threadAt !== undefined && root.thread === undefined

/** The threads that a user's list has: none of rooms that they are not in any more. AP6, AP9. */
async function shownAmong(userId: string, threads: readonly FollowedThread[]) {
  const ids = [...new Set(threads.map(({ chatRoomId }) => chatRoomId))]
  const [rooms, memberships] = await Promise.all([getRooms(ids), getMemberships(userId, ids)])
  return threads.flatMap((thread): (FollowedThread & { room: RoomRow; membership: MembershipRow })[] => {
    const [room, membership] = [rooms.get(thread.chatRoomId), memberships.get(thread.chatRoomId)]
    return room === undefined || membership === undefined ? [] : [{ ...thread, room, membership }]
  })
}

async function rootsOf(threads: readonly FollowedThread[]): Promise<Map<string, MessageRow>> {
  const ids = new Set(threads.map(({ chatRoomId }) => chatRoomId))
  const rows = await Promise.all(
    [...ids].map((id) => {
      const ofRoom = threads.filter(({ chatRoomId }) => chatRoomId === id)
      return getMessages(
        id,
        ofRoom.map(({ threadId }) => seqOf({ messageId: threadId })),
      )
    }),
  )
  return new Map(rows.flat().map((row) => [`${row.chatRoomId} ${row.messageId}`, row]))
}

/** Returns a placeholder for a root that is gone, or that the user may not read. The thread continues under its id. */
const goneRoot = ({ chatRoomId, threadId }: FollowedThread): MessageRow => ({
  chatRoomId,
  messageId: threadId,
  kind: 'deleted',
  senderId: 'unknown',
  content: '',
  timestamp: 0,
  deletedAt: 0,
  deletedBy: 'unknown',
})

/** Threads that are looked at for one count. Each costs a query. */
const MAX_COUNTED_THREADS = 50

/** Returns how many of the threads that a user follows have unread replies. AP6, AP9, AP107, AP116. */
export async function countUnreadThreads(userId: string): Promise<number> {
  const { threads } = await followedThreads(userId, { limit: MAX_COUNTED_THREADS })
  const counts = await Promise.all(
    (await shownAmong(userId, threads)).map(async ({ room, membership, ...thread }) => {
      const readSeq = Math.max(thread.readSeq ?? 0, membership.joinedSeq, readableAfter({ room, membership }))
      return (await countUnread(thread, readSeq, userId, keptOf(room, Date.now()))).count
    }),
  )
  return counts.filter((count) => count > 0).length
}

/** Counts other users' replies after `readSeq`. */
async function countUnread(
  { chatRoomId, threadId }: FollowedThread,
  readSeq: number,
  userId: string,
  { keptSince }: Kept,
) {
  const thread = { chatRoomId, threadId }
  const last = Number.MAX_SAFE_INTEGER
  const replies =
    readSeq >= last
      ? []
      : await repliesBetween(thread, { first: readSeq + 1, last, limit: MAX_COUNTED + 1, order: 'desc' })
  const others = replies.filter(({ senderId, at }) => senderId !== userId && at >= keptSince)
  const isAll = replies.length <= MAX_COUNTED || replies.at(-1)!.at < keptSince
  return { count: others.length, exact: isAll }
}
