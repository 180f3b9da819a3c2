import { requireMembership } from '../../entities/membership.ts'
import { actions, type Reply, type Request } from '../../protocol/actions.ts'
import type { Caller } from '../caller.ts'
import { route } from '../route.ts'
import { send } from '../send.ts'

export const schema = actions.broadcastMessage.request

/**
 * Appends a message that every connection of the room hears, the sending one too. AP7, AP8, AP19, AP20, AP23, AP24,
 * AP25.
 */
export async function handle(input: Request<'broadcastMessage'>, caller: Caller): Promise<Reply<'broadcastMessage'>> {
  const { chatRoomId, content, clientMessageId } = input
  const admission = requireMembership(chatRoomId, caller.userId)
  return send(caller, { chatRoomId, kind: 'broadcast', content, clientMessageId }, admission)
}

export const handler = route('broadcastMessage', schema, handle)
