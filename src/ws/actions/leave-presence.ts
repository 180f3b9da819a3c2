import { admit } from '../../rooms/admission.ts'
import { leavePresence as leave } from '../../rooms/enter-presence.ts'
import { socketAction } from '../action.ts'

/**
 * Shows the caller as present no longer, on this connection. Whoever was present may say so, though they are in the
 * room no more: to leave gives nothing away. AP5, AP8, AP71, AP137, AP141.
 */
export const leavePresence = socketAction('leavePresence', async ({ chatRoomId }, caller) => {
  const { userId, connectionId } = caller
  const wasPresent = await leave({ chatRoomId, userId, connectionId })
  if (!wasPresent) await admit(caller, chatRoomId, 'read', Date.now())
  return {}
})
