import { readHistory } from '../../rooms/read-history.ts'
import { requireMembership } from '../../entities/membership.ts'
import { actions, type Reply, type Request } from '../../protocol/actions.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import type { Caller } from '../caller.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'
import { route } from '../route.ts'

export const schema = actions.getHistory.request

/**
 * A page of a room's messages in seq order. A page ends at `limit` messages or where the reply would outgrow a
 * WebSocket message; `hasMore` says so. AP8, AP22, AP20.
 */
export async function handle(input: Request<'getHistory'>, caller: Caller): Promise<Reply<'getHistory'>> {
  const { chatRoomId, after, before, limit } = input
  await requireMembership(chatRoomId, caller.userId)
  const range = { ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }), limit }
  const page = await readHistory(chatRoomId, range)
  const events = await Promise.all(page.messages.map(messageEventWithFile))
  const messages = longestRun(events, EVENTS_BYTES, after === undefined ? 'end' : 'start')
  return { messages, hasMore: page.hasMore || messages.length < events.length }
}

export const handler = route('getHistory', schema, handle)
