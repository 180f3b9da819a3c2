import { auditItem } from '../../entities/audit.ts'
import { getMembership } from '../../entities/membership.ts'
import { getMessages, type MessageRow, seqOf } from '../../entities/message.ts'
import { MessageNotFound } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { isDirectRoomId } from '../../protocol/room-id.ts'
import {
  type Actor,
  admit,
  type Admitted,
  isReadableOrOwn,
  requireAbove,
  requirePermission,
} from '../../rooms/admission.ts'
import { eraseMessage } from '../../rooms/erase-message.ts'
import { action } from '../action.ts'

/**
 * Deletes an own message, or as a moderator that of somebody of a lower rank, which is noted. What was deleted already
 * stays so. AP5, AP8, AP34, AP71, AP87.
 */
export const deleteMessage = action('deleteMessage', async ({ chatRoomId, messageId, reason }, caller) => {
  const now = Date.now()
  const { userId } = caller
  const [admitted, [found]] = await Promise.all([
    admit(caller, chatRoomId, 'read', now),
    getMessages(chatRoomId, [seqOf({ messageId })]),
  ])
  if (found === undefined || !isReadableOrOwn(admitted, found, userId, now)) {
    throw new MessageNotFound('unable to delete the message; there is none')
  }
  const { senderId } = found
  const isOwn = senderId === userId
  if (found.kind !== 'deleted') await requireRight(found, admitted, caller)
  const noted = { chatRoomId, messageId, at: now, by: userId, userId: senderId, ...defined({ reason }) }
  const audit = isOwn ? undefined : auditItem({ ...noted, action: 'delete' })
  const { message, changed } = await eraseMessage(found, { deletedAt: now, deletedBy: userId }, audit)
  const { version = 0, deletedAt = 0 } = message
  return { chatRoomId, messageId, seq: seqOf(message), version, deletedAt, changed }
})

/** Of another's message the sender's rank now decides; who has left has none. */
async function requireRight({ senderId }: MessageRow, admitted: Admitted, { userId, scopes }: Actor): Promise<void> {
  // A block silences the two of a direct room; what they said is theirs nevertheless.
  if (senderId === userId && isDirectRoomId(admitted.room.chatRoomId) && !scopes.has('guest')) return
  if (senderId === userId) return requirePermission(admitted, 'deleteOwn')
  requirePermission(admitted, 'deleteAny')
  const sender = await getMembership(admitted.room.chatRoomId, senderId)
  if (sender !== undefined) requireAbove(admitted, 'deleteAny', sender)
}
