import { countUnread } from '../../rooms/count-unread.ts'
import { action } from '../action.ts'

/**
 * Counts what the caller has not read: the messages themselves, so that nothing can drift. AP6, AP9, AP12, AP22, AP95.
 */
export const getUnread = action('getUnread', async ({ heads }, { userId }) => {
  const rooms = await countUnread(userId, new Map(Object.entries(heads)))
  return { rooms: Object.fromEntries(rooms), threads: { count: 0 } }
})
