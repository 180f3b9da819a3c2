import { getMembership, removeMember } from '../../entities/membership.ts'
import { sessionsOfUser } from '../../entities/session.ts'
import { placeOf, unsubscribe } from '../../entities/subscription.ts'
import { NotAMember } from '../../errors.ts'
import { action } from '../action.ts'

/**
 * Ends the membership, then the subscriptions of all the caller's sessions, so that nothing of the room is posted to
 * them once the reply is sent; only a `sync` that is under way at this moment may still receive an event of it, until
 * it has looked again. What a later join has subscribed stays. If this is cut off in between, the stream does the rest.
 * AP8, AP11, AP3, AP15.
 */
export const leaveRoom = action('leaveRoom', async ({ chatRoomId }, { userId, connectionId }) => {
  const membership = await getMembership(chatRoomId, userId)
  // Another connection of the user may leave, and join again, in between: then there is nothing left to do here.
  if (membership === undefined || !(await removeMember(membership))) {
    throw new NotAMember('unable to leave this room; the user is not a member')
  }
  const { joinId } = membership
  const sessions = await sessionsOfUser(userId, 0)
  // The caller's own as well: a connection that was opened under version 0.1.0 has no session before the migration.
  const own = placeOf({ userId, connectionId, sessionKey: connectionId })
  const places = new Set([own, ...sessions.map(placeOf)])
  await Promise.all([...places].map((place) => unsubscribe({ chatRoomId, place }, { joinId })))
  return { chatRoomId }
})
