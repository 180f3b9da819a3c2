import * as z from 'zod/mini'
import { followedThreads, placeOfThread, threadOfPlace } from '../../entities/followed-thread.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import { MAX_THREADS_PAGE } from '../../protocol/limits.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import { showThreads } from '../../rooms/show-threads.ts'
import { withOwnReactions } from '../../rooms/with-own-reactions.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

const Place = z
  .string()
  .check(z.refine((text) => /^[^#]+(#\d{16})?$/.test(text) && ChatRoomId.safeParse(text.split('#')[0]).success))

/**
 * Returns the threads that the caller follows in their current rooms, ordered by room and root. AP6, AP9, AP34, AP103,
 * AP107, AP116.
 */
export const getThreads = action('getThreads', async ({ cursor }, { userId }) => {
  const place = readCursor(cursor, Place)
  const after = place === undefined ? {} : { after: threadOfPlace(place) }
  const page = await followedThreads(userId, { ...after, limit: MAX_THREADS_PAGE })
  const shown = await showThreads(userId, page.threads)
  const roots = await withOwnReactions(await Promise.all(shown.map(({ root }) => messageEventWithFile(root))), userId)
  const all = shown.map(({ chatRoomId, readSeq, unread }, i) => ({ chatRoomId, root: roots[i]!, readSeq, unread }))
  const threads = longestRun(all, EVENTS_BYTES, 'start')
  const last = threads.at(-1)
  const isCut = threads.length < all.length && last !== undefined
  const next = isCut ? { chatRoomId: last.chatRoomId, threadId: last.root.messageId } : page.next
  return writeCursor({ threads, ...(next && { nextCursor: placeOfThread(next) }) })
})
