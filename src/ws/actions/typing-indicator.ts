import { classOf } from '../../entities/room-class.ts'
import { lastTyping } from '../../entities/typing.ts'
import { TYPING_EXPIRY_MS } from '../../protocol/limits.ts'
import { admit } from '../../rooms/admission.ts'
import { tellTyping } from '../../rooms/tell-typing.ts'
import { action } from '../action.ts'

/**
 * Shows the caller as typing, or as no longer typing. In a room with more than a hundred users it succeeds, but nothing
 * is written and nobody is informed. AP5, AP8, AP18, AP43, AP71, AP133.
 */
export const typingIndicator = action('typingIndicator', async ({ chatRoomId, isTyping }, caller) => {
  const { userId } = caller
  const now = Date.now()
  const [{ room }, last] = await Promise.all([admit(caller, chatRoomId, 'send', now), lastTyping(chatRoomId, userId)])
  if (classOf(room) !== 'small') return { expiresAt: isTyping ? now + TYPING_EXPIRY_MS : now }
  return tellTyping({ chatRoomId, userId, isTyping, headSeq: room.headSeq, last }, now)
})
