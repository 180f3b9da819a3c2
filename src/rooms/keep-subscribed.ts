import { getMembership } from '../entities/membership.ts'
import { subscribe, unsubscribe } from '../entities/subscription.ts'

/**
 * Subscribes a user's connections to a room for as long as the user is a member. Afterwards it reads the membership
 * again:
 * - If the user has left meanwhile, it unsubscribes the connections.
 * - If the user has left and joined again, it subscribes them under the new `joinId`, because the clean-up after the
 *   leave deletes the subscriptions of the old one.
 *
 * AP14, AP8, AP15.
 *
 * @param membership as it was read or written a moment ago
 * @returns false when the user is no member any more; none of these connections is subscribed then
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
