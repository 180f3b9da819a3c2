import { requireMembership } from '../../entities/membership.ts'
import { lastTyping, setTyping } from '../../entities/typing.ts'
import { action } from '../action.ts'

/**
 * Shows the caller as typing, or no longer. A repeat within 3 s succeeds and is posted to nobody, and so does an end
 * without a beginning. AP8, AP43, AP18.
 */
export const typingIndicator = action('typingIndicator', async ({ chatRoomId, isTyping }, { userId }) => {
  const [, last] = await Promise.all([requireMembership(chatRoomId, userId), lastTyping(chatRoomId, userId)])
  return { expiresAt: await setTyping({ chatRoomId, userId, isTyping }, last, Date.now()) }
})
