import { whoIsOnline } from '../../rooms/who-is-online.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * Returns which users of some rooms are online. Presence in this sense is never written. AP6 (for an admin and a
 * backend), AP9, AP142, AP143.
 */
export const getOnline = action('getOnline', async ({ chatRoomIds }, caller) => {
  const online = await whoIsOnline(caller, chatRoomIds, Date.now())
  const bytes = EVENTS_BYTES / Math.max(1, online.size)
  const rooms = [...online].map(([chatRoomId, { userIds, capped }]) => {
    const shown = longestRun(userIds, bytes, 'start')
    return [chatRoomId, { userIds: shown, capped: capped || shown.length < userIds.length }] as const
  })
  return { rooms: Object.fromEntries(rooms) }
})
