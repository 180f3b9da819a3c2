import { getMembership } from '../entities/membership.ts'
import { subscribe, unsubscribe } from '../entities/subscription.ts'

/**
 * Subscribes a user's connections to a room for as long as the user is in it. Looks again after the write: a leave that
 * came in between takes the subscriptions back, and after a leave and a new join they stand on the new membership, for a
 * subscription that stands on an old one would go with the clean-up after the leave. AP14, AP8, AP15.
 *
 * Answers false when the user isn't in the room any more; then none of these connections is subscribed.
 *
 * @param membership as it was read or made a moment ago
 */
export async function keepSubscribed(
  membership: { chatRoomId: string; userId: string; joinId: string },
  connections: readonly { connectionId: string; expiresAt: number }[],
): Promise<boolean> {
  const { chatRoomId, userId } = membership
  let { joinId } = membership
  for (;;) {
    await subscribe(
      connections.map(({ connectionId, expiresAt }) => ({ chatRoomId, connectionId, userId, joinId, expiresAt })),
    )
    const current = await getMembership(chatRoomId, userId)
    if (current?.joinId === joinId) return true
    if (current === undefined) {
      await Promise.all(connections.map(({ connectionId }) => unsubscribe({ chatRoomId, connectionId }, joinId)))
      return false
    }
    joinId = current.joinId
  }
}
