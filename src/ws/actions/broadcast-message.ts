import { admitSender } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { send } from '../send.ts'

/**
 * Appends a message that every connection of the room receives, the sending one too. AP5, AP7, AP8, AP19, AP20, AP23,
 * AP24, AP25, AP37, AP41, AP66, AP70, AP71.
 */
export const broadcastMessage = action('broadcastMessage', async (input, caller) => {
  const { chatRoomId, content, clientMessageId, metadata } = input
  const check = admitSender(caller, chatRoomId, Date.now())
  return send(caller, { chatRoomId, kind: 'broadcast', content, clientMessageId, metadata }, { check })
})
