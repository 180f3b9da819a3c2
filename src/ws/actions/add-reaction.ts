import { putReaction } from '../../entities/reaction.ts'
import { LimitReached } from '../../errors.ts'
import { MAX_REACTIONS } from '../../protocol/limits.ts'
import { readableMessage } from '../../rooms/readable-message.ts'
import { action } from '../action.ts'

/**
 * Adds the caller's reaction to a message; each reaction counts once per user. Only the reaction's row is written. The
 * stream function updates the summary in the message, so a message can take a thousand reactions per second. AP5, AP8,
 * AP21, AP71, AP99.
 */
export const addReaction = action('addReaction', async ({ chatRoomId, messageId, reaction }, caller) => {
  const now = Date.now()
  const { reactions = [] } = await readableMessage(caller, { chatRoomId, messageId }, 'react', now)
  if (reactions.length >= MAX_REACTIONS && !reactions.some((one) => one.reaction === reaction)) {
    throw new LimitReached(`unable to react; a message has ${MAX_REACTIONS} different reactions at most`)
  }
  const changed = await putReaction({ chatRoomId, messageId, reaction, userId: caller.userId, at: now })
  return { chatRoomId, messageId, reaction, changed }
})
