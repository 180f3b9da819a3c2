import { countUnread } from '../../rooms/count-unread.ts'
import { countUnreadThreads } from '../../rooms/show-threads.ts'
import { action } from '../action.ts'

/**
 * Counts the caller's unread messages. It counts the messages themselves, so that no counter can become wrong. AP6,
 * AP9, AP12, AP22, AP34, AP95, AP107, AP111, AP116.
 */
export const getUnread = action('getUnread', async ({ heads }, { userId }) => {
  const [rooms, count] = await Promise.all([
    countUnread(userId, new Map(Object.entries(heads))),
    countUnreadThreads(userId),
  ])
  return { rooms: Object.fromEntries(rooms), threads: { count } }
})
