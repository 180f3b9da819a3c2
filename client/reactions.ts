import type { MessageEvent } from '../src/protocol/events.ts'

type Summary = NonNullable<MessageEvent['reactions']>[number]

/** The server names this many users for each reaction, the latest ones. */
const NAMED = 10

/**
 * Whether a user gave a reaction to a message. The server names only the latest users of a reaction. For this client's
 * own user, `mine` has the answer if there are more; replies have that field, and events don't.
 */
export function hasReacted({ reactions, mine }: MessageEvent, reaction: string, userId: string): boolean {
  const summary = reactions?.find((one) => one.reaction === reaction)
  if (!summary) return false
  return summary.userIds.includes(userId) || (summary.userIds.length < summary.count && !!mine?.includes(reaction))
}

/** Returns the message with or without a user's reaction, or the same message if that changes nothing. */
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
