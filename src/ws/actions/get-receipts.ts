import { getDetails } from '../../entities/chat-room-details.ts'
import { membersAfter } from '../../entities/membership.ts'
import { aboutOf, getStates } from '../../entities/room-state.ts'
import { LimitReached } from '../../errors.ts'
import { MAX_RECEIPT_MEMBERS } from '../../protocol/limits.ts'
import { admit } from '../../rooms/admission.ts'
import { readSeqOf } from '../../rooms/count-unread.ts'
import { detailsOnWire } from '../../rooms/room-view.ts'
import { action } from '../action.ts'

/**
 * Returns how far the members of a small room have read, if they share it. Returns only the caller's own position if
 * the room has no receipts, or if one of the two users of a direct room has blocked the other. AP5, AP8, AP50, AP67,
 * AP71, AP96.
 */
export const getReceipts = action('getReceipts', async ({ chatRoomId }, caller) => {
  const { room, membership } = await admit(caller, chatRoomId, 'read', Date.now())
  const [details, members] = await Promise.all([
    getDetails(chatRoomId),
    membersAfter(chatRoomId, { limit: MAX_RECEIPT_MEMBERS }),
  ])
  if (members.length > MAX_RECEIPT_MEMBERS) {
    throw new LimitReached(`unable to show receipts; the room has more than ${MAX_RECEIPT_MEMBERS} members`)
  }
  const { access, settings } = detailsOnWire(room, details)
  const isShared = settings.receipts && !(access === 'direct' && membership?.role === 'guest')
  // That messages from before a join count as read is no receipt for them.
  const shown = new Map(isShared ? members.map(({ userId }) => [userId, 0]) : [])
  if (membership) shown.set(caller.userId, membership.joinedSeq)
  const keys = [...shown.keys()].map((userId) => ({ userId, chatRoomId }))
  const isOwn = ({ userId }: { userId: string }) => userId === caller.userId
  const states = await Promise.all([
    getStates(keys.filter(isOwn)),
    // At half the cost. A marker of the last moment may be missed: `receipts` tells it to the senders of what was read.
    getStates(
      keys.filter((key) => !isOwn(key)),
      { isHasty: true },
    ),
  ])
  const receipts = states.flat().flatMap(({ private: isPrivate = false, readSeq, ...row }) => {
    const { userId } = aboutOf(row)
    if (readSeq === undefined || (isPrivate && userId !== caller.userId)) return []
    return [[userId, readSeqOf(readSeq, shown.get(userId) ?? 0, room.headSeq)]]
  })
  return { receipts: Object.fromEntries(receipts) as Record<string, number> }
})
