import { deleteInvite } from '../../entities/invite.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'

/** Ends an invite to a room. AP5, AP8, AP50, AP62, AP71. */
export const revokeInvite = action('revokeInvite', async ({ chatRoomId, invite }, caller) => {
  await admit(caller, chatRoomId, 'add', Date.now())
  await deleteInvite(chatRoomId, invite)
  return {}
})
