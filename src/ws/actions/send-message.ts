import { directRoomId, ensureDirectRoom } from '../../rooms/direct-room.ts'
import { requireMembership } from '../../entities/membership.ts'
import { action } from '../action.ts'
import { send } from '../send.ts'

/**
 * Appends a message to a room, or to the direct room with a user. The first message creates the direct room and
 * subscribes the sending connection to it before the message is written. AP5, AP7, AP8, AP10, AP14, AP19, AP20, AP23,
 * AP24, AP25, AP32.
 */
export const sendMessage = action('sendMessage', async (input, caller) => {
  const { chatRoomId, recipientId, content, clientMessageId } = input
  const message = { kind: 'text', content, clientMessageId } as const
  if (chatRoomId !== undefined) {
    return send(caller, { ...message, chatRoomId }, requireMembership(chatRoomId, caller.userId))
  }
  const { userId, connectionId, rowsExpireAt } = caller
  const sender = { userId, connectionId, expiresAt: rowsExpireAt }
  const admission = ensureDirectRoom(sender, recipientId!, Date.now())
  return send(caller, { ...message, chatRoomId: directRoomId(userId, recipientId!) }, admission)
})
