import { admitDraft } from '../../rooms/admit-draft.ts'
import { asideOf } from '../../rooms/aside.ts'
import { action } from '../action.ts'
import { send } from '../send.ts'

/**
 * Appends a message that every connection of the room receives, including the sending one. AP5, AP7, AP8, AP19, AP20,
 * AP23, AP24, AP25, AP34, AP37, AP41, AP66, AP70, AP71, AP107, AP145.
 */
export const broadcastMessage = action('broadcastMessage', async (input, caller) => {
  const { chatRoomId, content, clientMessageId } = input
  const aside = asideOf(input, caller.userId)
  const check = admitDraft(caller, chatRoomId, aside, Date.now())
  return send(caller, { chatRoomId, kind: 'broadcast', content, clientMessageId, ...aside }, { check })
})
