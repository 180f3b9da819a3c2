import { auditItem } from '../../entities/audit.ts'
import { gateOf } from '../../entities/gate.ts'
import { admit } from '../../rooms/admission.ts'
import { updateRoom } from '../../rooms/update-room.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/**
 * Makes a room read-only for everybody except backends, or writable again. In force when the reply arrives. AP5, AP8,
 * AP50, AP51, AP71.
 */
export const closeRoom = action('closeRoom', async ({ chatRoomId, closed }, caller) => {
  const now = Date.now()
  const allow = () => admit(caller, chatRoomId, 'close', now)
  const { room } = await allow()
  if (gateOf(room).closed === closed) return {}
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: closed ? 'close' : 'reopen' })
  await updateRoom(chatRoomId, { closed }, audit, allow)
  return {}
})
