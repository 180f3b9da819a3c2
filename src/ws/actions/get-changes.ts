import { eventsOf, readEntries } from '../../changes/read-changes.ts'
import { keptOf } from '../../rooms/kept.ts'
import { admit, readableAfter } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * Returns what has changed in a room since a rev, in its current form. If nothing has changed, only the room and the
 * membership are read. AP5, AP8, AP34, AP67, AP71, AP91, AP98.
 */
export const getChanges = action('getChanges', async ({ chatRoomId, after, limit }, caller) => {
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'read', now)
  const { headRev: head = 0 } = admitted.room
  if (after >= head) return { changes: [], headRev: head, recovered: after === head, hasMore: false }
  const entries = await readEntries(chatRoomId, { after, head, limit })
  if (!entries.recovered) return { changes: [], headRev: head, recovered: false, hasMore: false }
  const shown = { since: readableAfter(admitted), ...keptOf(admitted.room, now) }
  const { bytesRead: _, ...page } = await eventsOf(chatRoomId, entries, { after, bytes: EVENTS_BYTES, ...shown })
  const changes = longestRun(page.changes, EVENTS_BYTES, 'start')
  const next = page.changes[changes.length]
  return next === undefined ? page : { ...page, changes, headRev: next.rev - 1, hasMore: true }
})
