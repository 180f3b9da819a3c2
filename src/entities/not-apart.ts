import type { TransactWriteEntities } from 'electrodb'
import { type Block } from './block.ts'
import { type User } from './user.ts'

type Transaction = TransactWriteEntities<{ Block: typeof Block; User: typeof User }>

/**
 * Returns the items of a transaction that keep it from letting two users write to each other, if one has blocked the
 * other or was erased. A block is written before it looks for the direct room. So it either keeps the transaction from
 * being made, or finds what that has made.
 *
 * @param pair both users of a direct room; one, if it is a user's own
 */
export function notApart(tx: Transaction, pair: readonly string[]) {
  const [a, b] = pair
  const ways =
    b === undefined
      ? []
      : [
          { userId: a!, blockedId: b },
          { userId: b, blockedId: a! },
        ]
  return [
    ...ways.map((way) =>
      tx.Block.check(way)
        .where((row, { notExists }) => notExists(row.at))
        .commit(),
    ),
    ...pair.map((userId) =>
      tx.User.check({ userId })
        .where((row, { notExists }) => notExists(row.erasedAt))
        .commit(),
    ),
  ]
}
