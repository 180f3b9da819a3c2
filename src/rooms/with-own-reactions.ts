import { reactionsBy } from '../entities/reaction.ts'
import type { MessageEvent } from '../protocol/events.ts'
import { isClipped } from './reaction-summary.ts'

/**
 * Returns messages for one user's reply. If a summary leaves out some users, `mine` lists the user's own reactions,
 * which are looked up only then. AP103.
 */
export async function withOwnReactions(messages: readonly MessageEvent[], userId: string): Promise<MessageEvent[]> {
  const unknown = messages.flatMap(({ chatRoomId, messageId, reactions = [] }) =>
    reactions
      .filter((one) => isClipped(one) && !one.userIds.includes(userId))
      .map(({ reaction }) => ({ chatRoomId, messageId, reaction })),
  )
  const own = await reactionsBy(userId, unknown)
  const found = new Set(own.map(({ messageId, reaction }) => `${messageId} ${reaction}`))
  return messages.map((message) => {
    const { messageId, reactions = [] } = message
    const mine = reactions.filter(
      ({ reaction, userIds }) => userIds.includes(userId) || found.has(`${messageId} ${reaction}`),
    )
    return mine.some(isClipped) ? { ...message, mine: mine.map(({ reaction }) => reaction) } : message
  })
}
