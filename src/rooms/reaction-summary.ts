import type { ReactionCounts } from '../entities/message.ts'
import { placeOfReacted, type ReactionRow } from '../entities/reaction.ts'
import { MAX_REACTION_USERS, MAX_REACTIONS } from '../protocol/limits.ts'

type ReactionCount = ReactionCounts[number]

/** Bytes of all ids of a summary as JSON: a message with one is to fit into a frame. */
const MAX_IDS_BYTES = 8_192

/** What a message's reactions come to: the first 50 by their first use, each with the 10 latest users. */
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

/** A reaction that was added, or taken back. */
export type ReactionChange = Pick<ReactionRow, 'reaction' | 'userId'> & { added: boolean }

/**
 * The summary after some changes: for a message with so many reactions that they aren't counted every time. A change
 * that comes twice is counted twice, until somebody counts again.
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

/** How many reactions a message has in all. */
export const totalOf = (summary: readonly ReactionCount[]): number => summary.reduce((sum, { count }) => sum + count, 0)

/** Whether the summary names all that have reacted so. */
export const isClipped = ({ count, userIds }: ReactionCount): boolean => userIds.length < count

/** Of one millisecond, in the order of the table. */
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
