import { admit } from '../../rooms/admission.ts'
import { leavePresence as leave } from '../../rooms/enter-presence.ts'
import { socketAction } from '../action.ts'

/**
 * Stops showing the caller as present on this connection. A user who was present may call it even after leaving the
 * room, because it reveals nothing. AP5, AP8, AP71, AP137, AP141.
 */
export const leavePresence = socketAction('leavePresence', async ({ chatRoomId }, caller) => {
  const { userId, connectionId } = caller
  const wasPresent = await leave({ chatRoomId, userId, connectionId })
  if (!wasPresent) await admit(caller, chatRoomId, 'read', Date.now())
  return {}
})
