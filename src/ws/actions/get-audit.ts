import { auditOf } from '../../entities/audit.ts'
import { defined } from '../../protocol/defined.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/** Returns a page of a room's audit log, the newest entry first. AP5, AP8, AP64, AP71. */
export const getAudit = action('getAudit', async ({ chatRoomId, before, limit }, caller) => {
  await admit(caller, chatRoomId, 'audit', Date.now())
  const page = await auditOf(chatRoomId, { limit, ...defined({ before }) })
  const found = page.entries.map(({ at, by, via, action, userId, messageId, until, reason }) => ({
    at,
    by,
    action,
    ...defined({ via, userId, messageId, until, reason }),
  }))
  const entries = longestRun(found, EVENTS_BYTES, 'start')
  return { entries, hasMore: page.hasMore || entries.length < found.length }
})
