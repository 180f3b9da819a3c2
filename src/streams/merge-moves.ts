import { groupBy } from '../delivery/group-by.ts'
import type { MarkerMove } from './marker-moved.ts'
import type { Recorded } from './recorded.ts'
import type { Unhurried } from './turns.ts'

/**
 * Merges the moves of each marker in a batch, because a user can move 70 markers in a frame, and each move costs reads
 * for which the shard's next batch waits. Other changes stay as they are.
 *
 * @returns the changes; a merged one has the sequence number of the first, from which a failed batch is redelivered
 */
export function mergeMoves(changes: readonly Recorded<Unhurried>[]): Recorded<Unhurried>[] {
  const groups = groupBy(changes, ({ sequenceNumber, change }) =>
    change.type === 'markerMoved' ? markerOf(change.move) : sequenceNumber,
  )
  return [...groups.values()].flatMap((group) => {
    const moves = group.flatMap(({ change }) => (change.type === 'markerMoved' ? [change.move] : []))
    const [first, last] = [moves[0], moves.at(-1)]
    if (first === undefined || last === undefined || moves.length === 1) return group
    const chosen = moves.findLast((move) => move.chosen !== undefined)?.chosen
    const move = { ...last, before: first.before, chosen }
    return [{ sequenceNumber: group[0]!.sequenceNumber, change: { type: 'markerMoved', move } }]
  })
}

/** Private moves are merged apart, because nobody else may learn of them. */
const markerOf = ({ userId, chatRoomId, threadId, isPrivate }: MarkerMove): string =>
  JSON.stringify([userId, chatRoomId, threadId, isPrivate])
