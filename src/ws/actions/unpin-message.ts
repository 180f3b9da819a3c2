import { auditItem } from '../../entities/audit.ts'
import { admit } from '../../rooms/admission.ts'
import { updatePins } from '../../rooms/update-room.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** Removes a pin. Succeeds if the message is not pinned. AP5, AP8, AP21, AP50, AP51, AP71. */
export const unpinMessage = action('unpinMessage', async ({ chatRoomId, messageId }, caller) => {
  const now = Date.now()
  await admit(caller, chatRoomId, 'pin', now)
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'unpin', messageId })
  const next = (pins: string[]) => pins.filter((pin) => pin !== messageId)
  return { pins: await updatePins(chatRoomId, next, audit, { messageId }) }
})
