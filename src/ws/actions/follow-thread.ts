import { setFollowing } from '../../entities/followed-thread.ts'
import { seqOf } from '../../entities/message.ts'
import { admit, hiddenThrough } from '../../rooms/admission.ts'
import { noThread, requireRoot } from '../../rooms/admit-draft.ts'
import { action } from '../action.ts'

/** Sets whether the caller follows a thread. AP5, AP8, AP34, AP71, AP107, AP114. */
export const followThread = action('followThread', async ({ chatRoomId, threadId, following }, caller) => {
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'read', now)
  // Only following needs the thread: a user may also stop following a thread whose messages are gone.
  if (following) {
    // The list of threads shows the root messages, so a thread that began before the caller's history is refused.
    if (seqOf({ messageId: threadId }) <= hiddenThrough(admitted)) throw noThread()
    await requireRoot(admitted, threadId, now)
  }
  await setFollowing({ userId: caller.userId, chatRoomId, threadId }, following)
  return {}
})
