import { Entity, type EntityItem } from 'electrodb'
import { AFTER_USER_IDS, client, own, service, table } from './table.ts'

/**
 * A user who may not enter a room. Key: ChatRoomId + UserId, in a partition of the room's own. Whoever makes a
 * membership checks in the same transaction that there is none.
 *
 * - AP53 `getBan`: is this user banned?
 * - AP54 `bansOfRoom`: who is banned? (a page)
 * - AP55 `unban`: is this user let in again, and was banned?
 */
export const Ban = new Entity(
  {
    model: { entity: 'Ban', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      by: { type: 'string', field: 'By', required: true },
      /** Epoch milliseconds. */
      at: { type: 'number', field: 'At', required: true },
      /** Epoch milliseconds; a ban without it is for good. TTL deletes late, so readers look at this. */
      until: { type: 'number', field: 'Until' },
      reason: { type: 'string', field: 'Reason' },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt' },
    },
    indexes: { room: own('ban', ['chatRoomId'], ['userId'], 'user') },
  },
  { table, client },
)

export type BanRow = EntityItem<typeof Ban>

const isOver = ({ until }: Pick<BanRow, 'until'>, now: number): boolean => until !== undefined && until <= now

/** AP53. Consistent; undefined when it is over. */
export async function getBan(chatRoomId: string, userId: string, now: number): Promise<BanRow | undefined> {
  const { data } = await Ban.get({ chatRoomId, userId }).go({ consistent: true })
  return data === null || isOver(data, now) ? undefined : data
}

/** AP54. By user id, consistent, without those that are over. */
export async function bansOfRoom(
  chatRoomId: string,
  { after, limit }: { after?: string; limit: number },
  now: number,
): Promise<{ bans: BanRow[]; nextCursor?: string }> {
  const { data } = await Ban.query
    .room({ chatRoomId })
    .between({ userId: after === undefined ? ' ' : `${after}\u0000` }, { userId: AFTER_USER_IDS })
    .go({ consistent: true, limit: limit + 1, count: limit + 1, pages: 'all' })
  const page = data.slice(0, limit)
  const last = page.at(-1)
  return {
    bans: page.filter((ban) => !isOver(ban, now)),
    ...(data.length > limit && last ? { nextCursor: last.userId } : {}),
  }
}
