import { setNotify } from '../../entities/notify-level.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'

/** Sets which messages of a room the caller gets a push notification for. AP5, AP8, AP71, AP126. */
export const setNotifications = action('setNotifications', async ({ chatRoomId, level, until }, caller) => {
  const now = Date.now()
  await admit(caller, chatRoomId, 'read', now)
  const { userId, connectionId } = caller
  await setNotify({ userId, chatRoomId }, { level, until, originConnectionId: connectionId }, now)
  return {}
})
