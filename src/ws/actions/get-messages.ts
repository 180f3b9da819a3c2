import { getMessages as readMessages, messageIdOf, seqOf } from '../../entities/message.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import type { MessageEvent } from '../../protocol/events.ts'
import { admit, isReadable, readableAfter } from '../../rooms/admission.ts'
import { rowBytes } from '../../rooms/row-bytes.ts'
import { withOwnReactions } from '../../rooms/with-own-reactions.ts'
import { action } from '../action.ts'
import { bytesOf, EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/** How many messages are read at once while their sizes are still unknown. */
const READ_AT_ONCE = 20

/** Returns messages by their ids, as many as fit into one WebSocket message. AP5, AP8, AP34, AP71, AP103. */
export const getMessages = action('getMessages', async ({ chatRoomId, messageIds, include = [] }, caller) => {
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'read', now)
  const since = readableAfter(admitted)
  const seqs = [...new Set(messageIds.map((messageId) => seqOf({ messageId })))].filter((seq) => seq > since)
  const wanted = seqs.sort((a, b) => a - b)
  const events: MessageEvent[] = []
  // Bytes of rows that were read but are not shown. They count too, because reading them costs the same.
  let unshown = 0
  while (wanted.length > 0 && bytesOf(events) + unshown < EVENTS_BYTES) {
    const rows = await readMessages(chatRoomId, wanted.splice(0, READ_AT_ONCE))
    const readable = rows.filter((row) => isReadable(admitted, row, now))
    unshown += rowBytes(rows.filter((row) => !readable.includes(row)))
    const shown = readable.filter(({ kind }) => kind !== 'deleted' || include.includes('deleted'))
    const read = await Promise.all(shown.map(messageEventWithFile))
    events.push(...read.sort((a, b) => a.seq - b.seq))
  }
  const messages = longestRun(await withOwnReactions(events, caller.userId), EVENTS_BYTES, 'start')
  const left = [...events.slice(messages.length).map(({ seq }) => seq), ...wanted].map(messageIdOf)
  return { messages, ...(left.length === 0 ? {} : { left }) }
})
