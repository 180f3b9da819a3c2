import { auditItem } from '../../entities/audit.ts'
import { getMessage } from '../../entities/message.ts'
import { MessageNotFound } from '../../errors.ts'
import { admit, isReadable, readableAfter } from '../../rooms/admission.ts'
import { shownPins } from '../../rooms/room-view.ts'
import { updatePins } from '../../rooms/update-room.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** Pins a message in front of the others. A pinned message keeps its place. AP5, AP8, AP21, AP50, AP51, AP71. */
export const pinMessage = action('pinMessage', async ({ chatRoomId, messageId }, caller) => {
  const now = Date.now()
  const allow = () => admit(caller, chatRoomId, 'pin', now)
  const [admitted, message] = await Promise.all([allow(), getMessage(chatRoomId, messageId)])
  if (message === undefined || message.kind === 'hole' || !isReadable(admitted, message, now)) {
    throw new MessageNotFound('unable to pin the message; there is none')
  }
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'pin', messageId })
  const next = (pins: string[]) => (pins.includes(messageId) ? pins : [messageId, ...pins])
  const pinned = { by: audit.by, at: now }
  const pins = await updatePins(chatRoomId, next, { at: audit.at, audit }, allow, { messageId, pinned })
  return { pins: shownPins(pins, readableAfter(admitted)) }
})
