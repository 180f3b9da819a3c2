import { getRoom } from '../../entities/chat-room.ts'
import { removeMember } from '../../entities/membership.ts'
import { NotAMember, Unavailable } from '../../errors.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'

/** Others may mute, and give roles to, the user meanwhile. */
const ATTEMPTS = 4

/**
 * Ends the membership. Nothing of the room that is written once the reply is sent is posted to the user's connections;
 * the stream deletes their subscriptions. What outlives the membership is kept. AP5, AP8, AP11, AP71.
 */
export const leaveRoom = action('leaveRoom', async ({ chatRoomId }, { userId }) => {
  let joinId: string | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Of a room that was deleted nobody is a member, whatever is left of it.
    const [room, membership] = await Promise.all([getRoom(chatRoomId), membershipIn(chatRoomId, userId)])
    joinId ??= membership?.joinId
    // Another connection of the user may leave, and join again, in between: then there is nothing left to do here.
    if (room === undefined || membership === undefined || membership.joinId !== joinId) {
      throw new NotAMember('unable to leave this room; the user is not a member')
    }
    if (await removeMember(membership, Date.now(), { outlived: true })) return { chatRoomId }
  }
  throw new Unavailable('unable to leave this room; the membership has changed meanwhile')
})
