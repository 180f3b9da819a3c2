import { auditItem, putAudit } from '../../entities/audit.ts'
import { getMessage } from '../../entities/message.ts'
import { MessageNotFound } from '../../errors.ts'
import { admit, isReadable } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** Reports a message to the room's moderators. AP5, AP8, AP21, AP65, AP71. */
export const reportMessage = action('reportMessage', async ({ chatRoomId, messageId, reason }, caller) => {
  const now = Date.now()
  const [admitted, message] = await Promise.all([
    admit(caller, chatRoomId, 'read', now),
    getMessage(chatRoomId, messageId),
  ])
  if (message === undefined || message.kind === 'hole' || !isReadable(admitted, message, now)) {
    throw new MessageNotFound('unable to report the message; there is none')
  }
  const { senderId } = message
  const noted = { chatRoomId, at: now, ...doneBy(caller), messageId, userId: senderId, reason }
  await putAudit(auditItem({ ...noted, action: 'report' }))
  return {}
})
