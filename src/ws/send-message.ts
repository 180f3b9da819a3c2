import { directRoomId, ensureDirectRoom } from '../entities/found-room.ts'
import { requireMembership } from '../entities/membership.ts'
import { subscribe } from '../entities/subscription.ts'
import { actions, type Reply, type Request } from '../protocol/actions.ts'
import type { Caller } from './caller.ts'
import { route } from './route.ts'
import { send } from './send.ts'

export const schema = actions.sendMessage.request

/**
 * Appends a message to a room, or to the direct room with one user, which is made at the first message; the sending
 * connection is then subscribed to it before the reply goes out. AP7, AP8, AP14, AP19, AP23, AP24.
 */
export async function handle(input: Request<'sendMessage'>, caller: Caller): Promise<Reply<'sendMessage'>> {
  const { chatRoomId, recipientId, content, clientMessageId } = input
  const message = { kind: 'text', content, clientMessageId } as const
  if (chatRoomId !== undefined) {
    return send(caller, { ...message, chatRoomId }, requireMembership(chatRoomId, caller.userId))
  }
  const direct = directRoomId(caller.userId, recipientId!)
  const admission = ensureDirectRoom(caller, recipientId!)
  const sent = await send(caller, { ...message, chatRoomId: direct }, admission)
  const { joinId } = await admission
  if (joinId !== undefined) {
    const { userId, connectionId, rowsExpireAt } = caller
    await subscribe([{ chatRoomId: direct, connectionId, userId, joinId, expiresAt: rowsExpireAt }])
  }
  return sent
}

export const handler = route('sendMessage', schema, handle)
