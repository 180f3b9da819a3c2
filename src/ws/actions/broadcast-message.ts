import { requireMembership } from '../../entities/membership.ts'
import { action } from '../action.ts'
import { send } from '../send.ts'

/**
 * Appends a message that every connection of the room receives, the sending one too. AP7, AP8, AP19, AP20, AP23, AP24,
 * AP25.
 */
export const broadcastMessage = action('broadcastMessage', async (input, caller) => {
  const { chatRoomId, content, clientMessageId } = input
  const check = requireMembership(chatRoomId, caller.userId)
  return send(caller, { chatRoomId, kind: 'broadcast', content, clientMessageId }, { check })
})
