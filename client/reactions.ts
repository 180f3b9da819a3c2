import type { MessageEvent } from '../src/protocol/events.ts'

type Summary = NonNullable<MessageEvent['reactions']>[number]

/** As many users as the server names for a reaction: the latest. */
const NAMED = 10

/**
 * Whether a user is among those who gave a reaction. Of a long list the server names the latest only: then `mine`,
 * which replies have and events don't, says it of this user.
 */
export function hasReacted({ reactions, mine }: MessageEvent, reaction: string, userId: string): boolean {
  const summary = reactions?.find((one) => one.reaction === reaction)
  if (!summary) return false
  return summary.userIds.includes(userId) || (summary.userIds.length < summary.count && !!mine?.includes(reaction))
}

/** The message with or without a user's reaction; the same one where it is so already. */
export function withReaction(message: MessageEvent, reaction: string, userId: string, isGiven: boolean): MessageEvent {
  if (hasReacted(message, reaction, userId) === isGiven) return message
  const { reactions = [], mine = [] } = message
  const before = reactions.find((one) => one.reaction === reaction) ?? { reaction, count: 0, userIds: [] }
  const others = before.userIds.filter((id) => id !== userId)
  const after: Summary = isGiven
    ? { reaction, count: before.count + 1, userIds: [userId, ...others].slice(0, NAMED) }
    : { reaction, count: before.count - 1, userIds: others }
  const isNew = before.count === 0
  const all = isNew ? [...reactions, after] : reactions.map((one) => (one === before ? after : one))
  const own = mine.filter((one) => one !== reaction)
  return {
    ...message,
    reactions: all.filter(({ count }) => count > 0),
    mine: isGiven ? [...own, reaction] : own,
  }
}
