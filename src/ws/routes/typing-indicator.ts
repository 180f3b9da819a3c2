import { requireMembership } from '../../entities/membership.ts'
import { setTyping } from '../../entities/typing.ts'
import { actions, type Reply, type Request } from '../../protocol/actions.ts'
import type { Caller } from '../caller.ts'
import { route } from '../route.ts'

export const schema = actions.typingIndicator.request

/** Shows the caller as typing, or no longer; a repeat within 3 s is answered and reaches nobody. AP8, AP18. */
export async function handle(input: Request<'typingIndicator'>, caller: Caller): Promise<Reply<'typingIndicator'>> {
  await requireMembership(input.chatRoomId, caller.userId)
  return { expiresAt: await setTyping(input.chatRoomId, caller.userId, input.isTyping, Date.now()) }
}

export const handler = route('typingIndicator', schema, handle)
