import { getMessages, type MessageRow, seqOf } from '../entities/message.ts'
import { repliesBetween, type Thread } from '../entities/thread-reply.ts'
import { isPast } from './kept.ts'
import type { Range } from './read-history.ts'
import type { ViewPage } from './read-view.ts'
import { rowBytes } from './row-bytes.ts'

/** Replies that are read together. Their size is known only after the read. */
const AT_ONCE = 25

/**
 * Reads a page of the replies in a thread. AP107, AP34.
 *
 * @param bytes the page ends once more than this was read, so that the cost is in proportion to what a reply can hold
 */
export async function readThread(thread: Thread, range: Range, bytes: number): Promise<ViewPage> {
  const first = Math.max(range.after ?? 0, range.since ?? 0) + 1
  const last = Math.min(range.before ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) - 1
  if (first > last) return { messages: [], hasMore: false }
  const order = range.after === undefined ? 'desc' : 'asc'
  const replies = await repliesBetween(thread, { first, last, limit: range.limit + 1, order })
  const messages: MessageRow[] = []
  let size = 0
  let read = 0
  while (read < Math.min(replies.length, range.limit) && size <= bytes) {
    const some = replies.slice(read, Math.min(read + AT_ONCE, range.limit))
    read += some.length
    const rows = await getMessages(thread.chatRoomId, some.map(seqOf))
    messages.push(...rows.filter((row) => !isPast(row, { keptSince: range.keptSince ?? 0 }, Date.now())))
    size += rowBytes(rows)
  }
  messages.sort((a, b) => (a.messageId < b.messageId ? -1 : 1))
  if (read === replies.length) return { messages, hasMore: false }
  return { messages, hasMore: true, next: seqOf(replies[read - 1]!) }
}
