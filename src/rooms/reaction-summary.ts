import type { ReactionCounts } from '../entities/message.ts'
import { placeOfReacted, type ReactionRow } from '../entities/reaction.ts'
import { MAX_REACTION_USERS, MAX_REACTIONS } from '../protocol/limits.ts'

type ReactionCount = ReactionCounts[number]

/** Bytes of all user ids in a summary, as JSON. With them, a message must fit into a frame. */
const MAX_IDS_BYTES = 8_192

/** Returns the summary of a message's reactions: the first 50 by their first use, each with its 10 latest users. */
export function summaryOf(rows: readonly ReactionRow[]): ReactionCounts {
  const byReaction = new Map<string, ReactionCount>()
  for (const { reaction, userId } of rows.toSorted(byTime)) {
    const one = byReaction.get(reaction) ?? { reaction, count: 0, userIds: [] }
    one.count++
    one.userIds.push(userId)
    byReaction.set(reaction, one)
  }
  return clipped([...byReaction.values()])
}

/** A reaction that was added or removed. */
export type ReactionChange = Pick<ReactionRow, 'reaction' | 'userId'> & { added: boolean }

/**
 * Returns the summary after some changes. It is for a message with so many reactions that they aren't all counted each
 * time. A change that is delivered twice counts twice, until the reactions are counted again.
 */
export function changedSummary(summary: readonly ReactionCount[], changes: readonly ReactionChange[]): ReactionCounts {
  const byReaction = new Map(summary.map((one) => [one.reaction, one]))
  for (const { reaction, userId, added } of changes) {
    const { count, userIds } = byReaction.get(reaction) ?? { count: 0, userIds: [] }
    const others = userIds.filter((id) => id !== userId)
    byReaction.set(reaction, {
      reaction,
      count: Math.max(0, count + (added ? 1 : -1)),
      userIds: added ? [...others, userId] : others,
    })
  }
  return clipped([...byReaction.values()].filter(({ count }) => count > 0))
}

/** Returns the number of all reactions in a summary. */
export const totalOf = (summary: readonly ReactionCount[]): number => summary.reduce((sum, { count }) => sum + count, 0)

/** Tells whether the summary leaves out some users who have reacted with this. */
export const isClipped = ({ count, userIds }: ReactionCount): boolean => userIds.length < count

/** Sorts by time, and within one millisecond in the order of the table. */
const byTime = (a: ReactionRow, b: ReactionRow): number =>
  a.at - b.at || (placeOfReacted(a) < placeOfReacted(b) ? -1 : 1)

function clipped(all: readonly ReactionCount[]): ReactionCounts {
  const shown = all.slice(0, MAX_REACTIONS)
  for (let most = MAX_REACTION_USERS; ; most--) {
    const summary = shown.map((one) => ({ ...one, userIds: most === 0 ? [] : one.userIds.slice(-most) }))
    if (most === 0 || bytesOf(summary.flatMap(({ userIds }) => userIds)) <= MAX_IDS_BYTES) return summary
  }
}

const bytesOf = (ids: readonly string[]): number => Buffer.byteLength(JSON.stringify(ids))
