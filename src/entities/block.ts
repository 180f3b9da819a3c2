import { Entity } from 'electrodb'
import { untilProcessed } from './until-processed.ts'
import { AFTER_USER_IDS, client, own, service, table } from './table.ts'

/**
 * A user whom another user has blocked. Key: the blocking user + the blocked one.
 *
 * - AP56 `putBlock`: block a user
 * - AP57 `deleteBlock`: end a block
 * - AP58 `blocksOf`: which of these users have blocked that one?
 * - AP59 `blockedBy`: whom has this user blocked? (a page)
 */
export const Block = new Entity(
  {
    model: { entity: 'Block', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      blockedId: { type: 'string', field: 'BlockedId', required: true },
      /** Epoch milliseconds. */
      at: { type: 'number', field: 'At', required: true },
    },
    indexes: { user: own('block', ['userId'], ['blockedId'], 'user') },
  },
  { table, client },
)

/** AP56. Notes that `userId` has blocked `blockedId`. */
export async function putBlock(userId: string, blockedId: string, now: number): Promise<void> {
  await Block.put({ userId, blockedId, at: now }).go()
}

/** AP57. Ends a block. Does nothing if there is none. */
export async function deleteBlock(userId: string, blockedId: string): Promise<void> {
  await Block.delete({ userId, blockedId }).go()
}

/** AP58. Returns those of `userIds` who have blocked `blockedId`. Strongly consistent. */
export async function blocksOf(userIds: readonly string[], blockedId: string): Promise<Set<string>> {
  const blocking = new Set<string>()
  await untilProcessed(userIds, async (left) => {
    const { data, unprocessed } = await Block.get(left.map((userId) => ({ userId, blockedId }))).go({
      consistent: true,
    })
    for (const { userId } of data) blocking.add(userId)
    return { unprocessed: unprocessed.map(({ userId }) => userId) }
  })
  return blocking
}

/**
 * AP59. Returns a page of the users whom `userId` has blocked, by id. Strongly consistent.
 *
 * @param page `after` is the `nextCursor` of the page before
 */
export async function blockedBy(
  userId: string,
  { after, limit }: { after?: string; limit: number },
): Promise<{ userIds: string[]; nextCursor?: string }> {
  const { data } = await Block.query
    .user({ userId })
    .between({ blockedId: after === undefined ? ' ' : `${after}\u0000` }, { blockedId: AFTER_USER_IDS })
    .go({ consistent: true, limit: limit + 1, count: limit + 1, pages: 'all' })
  const userIds = data.slice(0, limit).map(({ blockedId }) => blockedId)
  const last = userIds.at(-1)
  return data.length > limit && last !== undefined ? { userIds, nextCursor: last } : { userIds }
}
