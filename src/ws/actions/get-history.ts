import type { Request } from '../../protocol/actions.ts'
import { requireRoot } from '../../rooms/admit-draft.ts'
import { keptOf } from '../../rooms/kept.ts'
import { admit, readableAfter, type Reader } from '../../rooms/admission.ts'
import type { Range } from '../../rooms/read-history.ts'
import { readPage } from '../../rooms/read-page.ts'
import { readThread } from '../../rooms/read-thread.ts'
import { readRoomView, type ViewPage } from '../../rooms/read-view.ts'
import { withOwnReactions } from '../../rooms/with-own-reactions.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import { defined } from '../../protocol/defined.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * Returns a page of the messages of a room, or of a thread, in order of `seq`: at most `limit`, and no more than fit
 * into one WebSocket message. AP5, AP8, AP20, AP22, AP34, AP71, AP103, AP107.
 */
export const getHistory = action('getHistory', async (input, caller) => {
  const { chatRoomId, after, before, limit, include = [] } = input
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'read', now)
  const withDeleted = include.includes('deleted')
  const since = readableAfter(admitted)
  const range = { limit, since, withDeleted, ...keptOf(admitted.room, now), ...defined({ after, before }) }
  const page = await readView(input, range, admitted)
  const shown = await Promise.all(page.messages.map(messageEventWithFile))
  const events = await withOwnReactions(shown, caller.userId)
  const messages = longestRun(events, EVENTS_BYTES, after === undefined ? 'end' : 'start')
  if (messages.length === events.length) return { messages, hasMore: page.hasMore, ...goOn(input, page.next) }
  const edge = after === undefined ? messages[0] : messages.at(-1)
  return { messages, hasMore: true, ...goOn(input, edge?.seq) }
})

/**
 * Together with the reads of the room and the membership, a page takes at most five requests, however many holes it
 * has.
 */
const MAX_REQUESTS = 3

type Input = Request<'getHistory'>

async function readView({ chatRoomId, view, threadId }: Input, range: Range, reader: Reader): Promise<ViewPage> {
  if (threadId !== undefined) {
    const page = await readThread({ chatRoomId, threadId }, range, EVENTS_BYTES)
    // A thread whose root is gone can still be read by its id.
    if (page.messages.length === 0 && !page.hasMore) await requireRoot(reader, threadId, Date.now())
    return page
  }
  return view === 'room'
    ? readRoomView(chatRoomId, range, EVENTS_BYTES, Date.now())
    : readPage(chatRoomId, range, EVENTS_BYTES, Date.now(), MAX_REQUESTS)
}

/**
 * Returns where the next page starts. In the list of all messages, the client knows that from the first or last
 * message.
 */
function goOn({ view, threadId, after }: Input, next: number | undefined) {
  if (next === undefined || (view === 'all' && threadId === undefined)) return {}
  return after === undefined ? { nextBefore: next } : { nextAfter: next }
}
