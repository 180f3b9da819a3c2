import { setFollowing } from '../../entities/followed-thread.ts'
import { admit } from '../../rooms/admission.ts'
import { requireRoot } from '../../rooms/admit-draft.ts'
import { action } from '../action.ts'

/** Sets whether the caller follows a thread. AP5, AP8, AP34, AP71, AP107, AP114. */
export const followThread = action('followThread', async ({ chatRoomId, threadId, following }, caller) => {
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'read', now)
  // Whoever follows a thread whose messages are gone may stop.
  if (following) await requireRoot(admitted, threadId, now)
  await setFollowing({ userId: caller.userId, chatRoomId, threadId }, following)
  return {}
})
