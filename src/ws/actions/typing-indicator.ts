import { lastTyping, setTyping } from '../../entities/typing.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'

/**
 * Shows the caller as typing, or no longer. A repeat within 3 s succeeds and is posted to nobody, and so does an end
 * without a beginning. AP5, AP8, AP18, AP43, AP71.
 */
export const typingIndicator = action('typingIndicator', async ({ chatRoomId, isTyping }, caller) => {
  const { userId } = caller
  const now = Date.now()
  const [, last] = await Promise.all([admit(caller, chatRoomId, 'send', now), lastTyping(chatRoomId, userId)])
  return { expiresAt: await setTyping({ chatRoomId, userId, isTyping }, last, now) }
})
