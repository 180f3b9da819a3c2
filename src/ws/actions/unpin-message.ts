import { auditItem } from '../../entities/audit.ts'
import { seqOf } from '../../entities/message.ts'
import { admit, readableAfter } from '../../rooms/admission.ts'
import { shownPins } from '../../rooms/room-view.ts'
import { updatePins } from '../../rooms/update-room.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/**
 * Removes a pin. Succeeds if the message is not pinned, or the caller may not read it. AP5, AP8, AP21, AP50, AP51,
 * AP71.
 */
export const unpinMessage = action('unpinMessage', async ({ chatRoomId, messageId }, caller) => {
  const now = Date.now()
  const allow = () => admit(caller, chatRoomId, 'pin', now)
  const since = readableAfter(await allow())
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'unpin', messageId })
  const isHidden = seqOf({ messageId }) <= since
  const next = (pins: string[]) => (isHidden ? pins : pins.filter((pin) => pin !== messageId))
  const pins = await updatePins(chatRoomId, next, { at: audit.at, audit }, allow, { messageId })
  return { pins: shownPins(pins, since) }
})
