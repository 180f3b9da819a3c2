import { readHistory } from '../../rooms/read-history.ts'
import { requireMembership } from '../../entities/membership.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * A page of a room's messages in seq order. A page ends at `limit` messages or where the reply would outgrow a
 * WebSocket message; `hasMore` says so. AP8, AP22, AP20.
 */
export const getHistory = action('getHistory', async (input, caller) => {
  const { chatRoomId, after, before, limit } = input
  await requireMembership(chatRoomId, caller.userId)
  const range = { ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }), limit }
  const page = await readHistory(chatRoomId, range)
  const events = await Promise.all(page.messages.map(messageEventWithFile))
  const messages = longestRun(events, EVENTS_BYTES, after === undefined ? 'end' : 'start')
  return { messages, hasMore: page.hasMore || messages.length < events.length }
})
