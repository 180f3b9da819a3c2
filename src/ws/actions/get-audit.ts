import { auditOf } from '../../entities/audit.ts'
import { defined } from '../../protocol/defined.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'

/** What was done in a room, the newest first. AP5, AP8, AP64, AP71. */
export const getAudit = action('getAudit', async ({ chatRoomId, before, limit }, caller) => {
  await admit(caller, chatRoomId, 'audit', Date.now())
  const { entries, hasMore } = await auditOf(chatRoomId, { limit, ...defined({ before }) })
  return {
    entries: entries.map(({ at, by, action, userId, messageId, until, reason }) => ({
      at,
      by,
      action,
      ...defined({ userId, messageId, until, reason }),
    })),
    hasMore,
  }
})
