import { auditItem } from '../../entities/audit.ts'
import { admit } from '../../rooms/admission.ts'
import { updateRoom } from '../../rooms/update-room.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/**
 * Deletes a room. From the reply on, the room is as if it had never existed, except that its id stays taken. Its
 * members receive `removed`. AP5, AP8, AP50, AP51, AP71.
 */
export const deleteRoom = action('deleteRoom', async ({ chatRoomId }, caller) => {
  const now = Date.now()
  const allow = () => admit(caller, chatRoomId, 'delete', now)
  await allow()
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'deleteRoom' })
  await updateRoom(chatRoomId, { deleted: true }, audit, allow)
  return {}
})
