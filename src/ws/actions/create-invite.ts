import { inviteItem, putInvite } from '../../entities/invite.ts'
import { defined } from '../../protocol/defined.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'

/** Creates an invite to a room. AP5, AP8, AP50, AP60, AP71. */
export const createInvite = action('createInvite', async (input, caller) => {
  const { chatRoomId, role, expiresInSeconds, maxUses } = input
  const now = Date.now()
  await admit(caller, chatRoomId, 'add', now)
  const until = now + expiresInSeconds * 1_000
  const item = inviteItem({ chatRoomId, role, by: caller.userId, createdAt: now, until, ...defined({ maxUses }) })
  await putInvite(item)
  return { invite: item.invite, expiresAt: until }
})
