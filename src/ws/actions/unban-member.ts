import { auditItem } from '../../entities/audit.ts'
import { unban } from '../../entities/moderate.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** Ends a ban; one that isn't there has ended. AP5, AP8, AP55, AP71. */
export const unbanMember = action('unbanMember', async ({ chatRoomId, userId }, caller) => {
  const now = Date.now()
  await admit(caller, chatRoomId, 'ban', now)
  await unban(chatRoomId, userId, auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'unban', userId }))
  return {}
})
