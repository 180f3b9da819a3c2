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
import { traceId } from '../../trace.ts'
import { action } from '../action.ts'

/**
 * Deletes the caller's own message, or, as a moderator, the message of a user of a lower rank, which is recorded in the
 * audit log. A message that is deleted already stays as it is. AP5, AP8, AP34, AP71, AP87.
 */
export const deleteMessage = action('deleteMessage', async ({ chatRoomId, messageId, reason }, caller) => {
  const now = Date.now()
  const { userId } = caller
  const find = () => findDeletable({ chatRoomId, messageId }, caller, now)
  const found = await find()
  const { senderId } = found
  const isOwn = senderId === userId
  const noted = { chatRoomId, messageId, at: now, by: userId, userId: senderId, ...defined({ reason }) }
  const audit = isOwn ? undefined : auditItem({ ...noted, action: 'delete' })
  const deletion = { deletedAt: now, deletedBy: userId, ...defined({ traceId: traceId() }) }
  const { message, changed } = await eraseMessage(found, deletion, find, audit)
  const { version = 0, deletedAt = 0 } = message
  return { chatRoomId, messageId, seq: seqOf(message), version, deletedAt, changed }
})

/** Reads the message, and checks that the caller may delete it. A message that is deleted already needs no right. */
async function findDeletable(
  { chatRoomId, messageId }: Pick<MessageRow, 'chatRoomId' | 'messageId'>,
  caller: Actor,
  now: number,
): Promise<MessageRow> {
  const [admitted, [found]] = await Promise.all([
    admit(caller, chatRoomId, 'read', now),
    getMessages(chatRoomId, [seqOf({ messageId })]),
  ])
  if (found === undefined || !isReadableOrOwn(admitted, found, caller.userId, now)) {
    throw new MessageNotFound('unable to delete the message; there is none')
  }
  if (found.kind !== 'deleted') await requireRight(found, admitted, caller)
  return found
}

/**
 * Checks the caller's right. For another user's message the sender's current rank decides; a user who has left has no
 * rank.
 */
async function requireRight({ senderId }: MessageRow, admitted: Admitted, { userId, scopes }: Actor): Promise<void> {
  // A block silences both users of a direct room, but each may still delete their own messages.
  if (senderId === userId && isDirectRoomId(admitted.room.chatRoomId) && !scopes.has('guest')) return
  if (senderId === userId) return requirePermission(admitted, 'deleteOwn')
  requirePermission(admitted, 'deleteAny')
  const sender = await getMembership(admitted.room.chatRoomId, senderId)
  if (sender !== undefined) requireAbove(admitted, 'deleteAny', sender)
}
