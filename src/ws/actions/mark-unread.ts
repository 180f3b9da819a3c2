import { takeBackMarker } from '../../entities/room-state.ts'
import { admit } from '../../rooms/admission.ts'
import { readSeqOf } from '../../rooms/count-unread.ts'
import { action } from '../action.ts'

/**
 * Makes a message and everything after it unread again. Messages from before the caller's join stay read. AP5, AP8,
 * AP71, AP94.
 */
export const markUnread = action('markUnread', async ({ chatRoomId, seq }, caller) => {
  const now = Date.now()
  const { room, membership } = await admit(caller, chatRoomId, 'read', now)
  const { joinedSeq = 0 } = membership ?? {}
  const { userId, connectionId } = caller
  const mark = { seq: Math.max(seq - 1, joinedSeq), originConnectionId: connectionId }
  return { readSeq: readSeqOf(await takeBackMarker({ userId, chatRoomId }, mark, now), joinedSeq, room.headSeq) }
})
