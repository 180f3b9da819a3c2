import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { AFTER_USER_IDS, client, own, service, table } from './table.ts'

/**
 * What holds for a user who is in a room no more: they may not enter it, or, once they come back, not write. Key:
 * ChatRoomId + UserId, in a partition of the room's own. Whoever makes a membership checks in the same transaction that
 * there is none, or takes it over into the membership. A row that only keeps what outlives a membership is a ban that
 * is over, so that who looks for bans finds none.
 *
 * - AP53 `getBan`: is this user banned, or what is kept of their last membership?
 * - AP54 `bansOfRoom`: who is banned? (a page)
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
      /** Of the membership that has ended: it is the next one's too. */
      mutedUntil: { type: 'number', field: 'MutedUntil' },
      /** The same: somebody has made the user a guest. */
      lowered: { type: 'boolean', field: 'Lowered' },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt' },
    },
    indexes: { room: own('ban', ['chatRoomId'], ['userId'], 'user') },
  },
  { table, client },
)

export type BanRow = EntityItem<typeof Ban>

type BanKey = Pick<BanRow, 'chatRoomId' | 'userId'>

/** What outlives a membership. */
export type Outliving = Pick<BanRow, 'mutedUntil' | 'lowered'>

/** What of it still holds. */
export const outlivingOf = ({ mutedUntil = 0, lowered }: Outliving, now: number): Outliving => ({
  ...(mutedUntil > now ? { mutedUntil } : {}),
  ...(lowered === true ? { lowered } : {}),
})

export const isBan = ({ until }: Pick<BanRow, 'until'>, now: number): boolean => until === undefined || until > now

/** The whole item. */
export function banItem(ban: Omit<BanRow, 'expiresAt'>): BanRow {
  const { until, mutedUntil = 0, lowered } = ban
  const end = until === undefined || lowered === true ? undefined : Math.max(until, mutedUntil)
  return { ...ban, ...defined({ expiresAt: end && Math.ceil(end / 1_000) }) }
}

/** The item that keeps what outlives a membership; undefined when nothing does. */
export function keptItem(whose: BanKey & Pick<BanRow, 'by'>, of: Outliving, now: number): BanRow | undefined {
  const kept = outlivingOf(of, now)
  const { chatRoomId, userId, by } = whose
  if (Object.keys(kept).length === 0) return undefined
  // Over by every clock.
  return banItem({ chatRoomId, userId, by, at: now, until: 0, ...kept })
}

/** The same item with something else that is kept; undefined when nothing holds any more. */
export function itemWithKept(row: BanRow, to: Outliving, now: number): BanRow | undefined {
  const { chatRoomId, userId, by, at, until, reason } = row
  const kept = outlivingOf(to, now)
  if (!isBan(row, now) && Object.keys(kept).length === 0) return undefined
  return banItem({ chatRoomId, userId, by, at, ...defined({ until, reason }), ...kept })
}

/** AP53. Consistent; whether it is a ban says `isBan`. */
export async function getBan({ chatRoomId, userId }: BanKey): Promise<BanRow | undefined> {
  const { data } = await Ban.get({ chatRoomId, userId }).go({ consistent: true })
  return data ?? undefined
}

interface Operations {
  eq: (attribute: unknown, value: unknown) => string
  notExists: (attribute: unknown) => string
}

/** The condition that a row is the one that was read, or that there is still none. */
export const isAsRead =
  (seen: BanRow | undefined) =>
  (row: Record<'at' | 'until' | 'mutedUntil' | 'lowered', unknown>, { eq, notExists }: Operations): string =>
    seen === undefined
      ? notExists(row.at)
      : (['at', 'until', 'mutedUntil', 'lowered'] as const)
          .map((name) => (seen[name] === undefined ? notExists(row[name]) : eq(row[name], seen[name])))
          .join(' AND ')

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
    bans: page.filter((ban) => isBan(ban, now)),
    ...(data.length > limit && last ? { nextCursor: last.userId } : {}),
  }
}
