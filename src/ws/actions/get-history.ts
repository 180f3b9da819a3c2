import { readPage } from '../../rooms/read-page.ts'
import { requireMembership } from '../../entities/membership.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import { defined } from '../../protocol/defined.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * A page of a room's messages in order of `seq`: at most `limit`, and no more than one WebSocket message holds.
 * AP8, AP22, AP20.
 */
export const getHistory = action('getHistory', async (input, caller) => {
  const { chatRoomId, after, before, limit } = input
  await requireMembership(chatRoomId, caller.userId)
  const page = await readPage(chatRoomId, { limit, ...defined({ after, before }) }, EVENTS_BYTES, Date.now())
  const events = await Promise.all(page.messages.map(messageEventWithFile))
  const messages = longestRun(events, EVENTS_BYTES, after === undefined ? 'end' : 'start')
  return { messages, hasMore: page.hasMore || messages.length < events.length }
})
