import type { TransactWriteEntities } from 'electrodb'
import type { Block } from './block.ts'

type Transaction = TransactWriteEntities<{ Block: typeof Block }>

/**
 * Returns the items of a transaction that keep it from letting two users write to each other if one has blocked the
 * other. A block is written before it looks for the direct room. So it either keeps the transaction from being made, or
 * finds what that has made. Nobody else's transactions check these rows, so they don't get in each other's way.
 *
 * @param pair both users of a direct room; one, if it is a user's own
 */
export function notBlocked(tx: Transaction, [a, b]: readonly string[]) {
  const ways =
    a === undefined || b === undefined
      ? []
      : [
          { userId: a, blockedId: b },
          { userId: b, blockedId: a },
        ]
  return ways.map((way) =>
    tx.Block.check(way)
      .where((row, { notExists }) => notExists(row.at))
      .commit(),
  )
}
