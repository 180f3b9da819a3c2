import { connectionsOfUser } from '../../entities/connection.ts'
import { removeMember } from '../../entities/membership.ts'
import { unsubscribe } from '../../entities/subscription.ts'
import { NotAMember } from '../../errors.ts'
import { action } from '../action.ts'

/**
 * Deletes the membership, then the subscriptions of all the caller's connections, so that nothing of the room is posted
 * to them after the reply. Subscriptions of a later join stay. If the function is interrupted between the two, the
 * stream function deletes the subscriptions. AP3, AP11, AP15.
 */
export const leaveRoom = action('leaveRoom', async ({ chatRoomId }, caller) => {
  const { userId, connectionId } = caller
  const membership = await removeMember(chatRoomId, userId)
  if (membership === undefined) throw new NotAMember('unable to leave this room; the user is not a member')
  const others = await connectionsOfUser(userId, Date.now())
  const connectionIds = new Set([connectionId, ...others.map((connection) => connection.connectionId)])
  await Promise.all([...connectionIds].map((id) => unsubscribe({ chatRoomId, connectionId: id }, membership.joinId)))
  return { chatRoomId }
})
