import { getRoom } from '../../entities/chat-room.ts'
import { removeMember } from '../../entities/membership.ts'
import { NotAMember } from '../../errors.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'

/**
 * Ends the membership. Nothing of the room that is written once the reply is sent is posted to the user's connections;
 * the stream deletes their subscriptions. AP5, AP8, AP11, AP71.
 */
export const leaveRoom = action('leaveRoom', async ({ chatRoomId }, { userId }) => {
  // Of a room that was deleted nobody is a member, whatever is left of it.
  const [room, membership] = await Promise.all([getRoom(chatRoomId), membershipIn(chatRoomId, userId)])
  // Another connection of the user may leave, and join again, in between: then there is nothing left to do here.
  if (room === undefined || membership === undefined || !(await removeMember(membership, Date.now()))) {
    throw new NotAMember('unable to leave this room; the user is not a member')
  }
  return { chatRoomId }
})
