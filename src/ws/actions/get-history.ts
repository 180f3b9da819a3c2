import { readPage } from '../../rooms/read-page.ts'
import { admit, readableAfter } from '../../rooms/admission.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import { defined } from '../../protocol/defined.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * A page of a room's messages in order of `seq`: at most `limit`, and no more than one WebSocket message holds. AP5,
 * AP8, AP20, AP22, AP71.
 */
export const getHistory = action('getHistory', async (input, caller) => {
  const { chatRoomId, after, before, limit, include = [] } = input
  const since = readableAfter(await admit(caller, chatRoomId, 'read', Date.now()))
  const withDeleted = include.includes('deleted')
  const range = { limit, since, withDeleted, ...defined({ after, before }) }
  const page = await readPage(chatRoomId, range, EVENTS_BYTES, Date.now())
  const events = await Promise.all(page.messages.map(messageEventWithFile))
  const messages = longestRun(events, EVENTS_BYTES, after === undefined ? 'end' : 'start')
  return { messages, hasMore: page.hasMore || messages.length < events.length }
})
