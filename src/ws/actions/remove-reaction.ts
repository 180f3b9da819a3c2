import { removeReaction as removeRow } from '../../entities/reaction.ts'
import { readableMessage } from '../../rooms/readable-message.ts'
import { action } from '../action.ts'

/** Removes one of the caller's own reactions. AP5, AP8, AP21, AP71, AP100. */
export const removeReaction = action('removeReaction', async ({ chatRoomId, messageId, reaction }, caller) => {
  await readableMessage(caller, { chatRoomId, messageId }, 'react', Date.now())
  const changed = await removeRow({ chatRoomId, messageId, reaction, userId: caller.userId })
  return { chatRoomId, messageId, reaction, changed }
})
