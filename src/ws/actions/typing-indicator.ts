import { requireMembership } from '../../entities/membership.ts'
import { setTyping } from '../../entities/typing.ts'
import { action } from '../action.ts'

/** Shows the caller as typing, or no longer. A repeat within 3 s succeeds and is posted to nobody. AP8, AP18. */
export const typingIndicator = action('typingIndicator', async (input, caller) => {
  await requireMembership(input.chatRoomId, caller.userId)
  return { expiresAt: await setTyping(input.chatRoomId, caller.userId, input.isTyping, Date.now()) }
})
