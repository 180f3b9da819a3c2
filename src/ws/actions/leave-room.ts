import { getRoom } from '../../entities/chat-room.ts'
import { removeMember } from '../../entities/membership.ts'
import { NotAMember, Unavailable } from '../../errors.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'

/** Others may mute the user or change their role in between. */
const ATTEMPTS = 4

/**
 * Ends the caller's membership. Nothing that is written to the room after the reply is posted to the user's
 * connections. The stream function deletes their subscriptions. What outlives the membership is kept. AP5, AP8, AP11,
 * AP71.
 */
export const leaveRoom = action('leaveRoom', async ({ chatRoomId }, { userId }) => {
  let joinId: string | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // A deleted room has no members, whatever rows are left of it.
    const [room, membership] = await Promise.all([getRoom(chatRoomId), membershipIn(chatRoomId, userId)])
    joinId ??= membership?.joinId
    // Another connection of the user may leave and join again in between. There is then nothing left to do here.
    if (room === undefined || membership === undefined || membership.joinId !== joinId) {
      throw new NotAMember('unable to leave this room; the user is not a member')
    }
    if (await removeMember(membership, Date.now(), { outlived: true })) return { chatRoomId }
  }
  throw new Unavailable('unable to leave this room; the membership has changed meanwhile')
})
