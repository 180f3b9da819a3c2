import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { AFTER_USER_IDS, client, own, service, table } from './table.ts'

/**
 * A ban, or what outlives the last membership of a user who has left: a mute, or that somebody made them a guest. Key:
 * ChatRoomId + UserId, in a partition of the room's own. Whoever makes a membership checks in the same transaction that
 * there is no such row, or moves what it keeps into the membership and deletes it. A row that only keeps what outlives
 * a membership looks like a ban that has ended, so code that looks for bans skips it.
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
      /** Epoch milliseconds; absent for a permanent ban. TTL deletes late, so readers check it. */
      until: { type: 'number', field: 'Until' },
      reason: { type: 'string', field: 'Reason' },
      /** Epoch milliseconds. The mute of the membership that has ended; the next membership takes it over. */
      mutedUntil: { type: 'number', field: 'MutedUntil' },
      /** Somebody has made the user a guest. The next membership takes this over too. */
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

/** What a user keeps when their membership ends, and gets back with the next one. */
export type Outliving = Pick<BanRow, 'mutedUntil' | 'lowered'>

/** Returns the part of `Outliving` that is still in force. */
export const outlivingOf = ({ mutedUntil = 0, lowered }: Outliving, now: number): Outliving => ({
  ...(mutedUntil > now ? { mutedUntil } : {}),
  ...(lowered === true ? { lowered } : {}),
})

/**
 * Tells whether a row is a ban that is in force, not one that has ended or that only keeps what outlives a membership.
 */
export const isBan = ({ until }: Pick<BanRow, 'until'>, now: number): boolean => until === undefined || until > now

/** Makes the item of a ban, with its end for TTL. */
export function banItem(ban: Omit<BanRow, 'expiresAt'>): BanRow {
  const { until, mutedUntil = 0, lowered } = ban
  const end = until === undefined || lowered === true ? undefined : Math.max(until, mutedUntil)
  return { ...ban, ...defined({ expiresAt: end && Math.ceil(end / 1_000) }) }
}

/** Returns the item that keeps what outlives a membership, or undefined if there is nothing to keep. */
export function keptItem(whose: BanKey & Pick<BanRow, 'by'>, of: Outliving, now: number): BanRow | undefined {
  const kept = outlivingOf(of, now)
  const { chatRoomId, userId, by } = whose
  if (Object.keys(kept).length === 0) return undefined
  // As a ban, it ended in 1970: no clock takes it for one that is in force.
  return banItem({ chatRoomId, userId, by, at: now, until: 0, ...kept })
}

/** Returns the same item with `to` as what it keeps, or undefined if the ban has ended and there is nothing to keep. */
export function itemWithKept(row: BanRow, to: Outliving, now: number): BanRow | undefined {
  const { chatRoomId, userId, by, at, until, reason } = row
  const kept = outlivingOf(to, now)
  if (!isBan(row, now) && Object.keys(kept).length === 0) return undefined
  return banItem({ chatRoomId, userId, by, at, ...defined({ until, reason }), ...kept })
}

/**
 * AP53. Returns the ban of a user in a room, or what outlived their last membership. Strongly consistent. `isBan` tells
 * whether a ban is in force.
 */
export async function getBan({ chatRoomId, userId }: BanKey): Promise<BanRow | undefined> {
  const { data } = await Ban.get({ chatRoomId, userId }).go({ consistent: true })
  return data ?? undefined
}

/** The part of ElectroDB's operations that `isAsRead` uses. */
interface Operations {
  eq: (attribute: unknown, value: unknown) => string
  notExists: (attribute: unknown) => string
}

/** Returns the condition that the row is still as it was read, or that there is still none. */
export const isAsRead =
  (seen: BanRow | undefined) =>
  (row: Record<'at' | 'until' | 'mutedUntil' | 'lowered', unknown>, { eq, notExists }: Operations): string =>
    seen === undefined
      ? notExists(row.at)
      : (['at', 'until', 'mutedUntil', 'lowered'] as const)
          .map((name) => (seen[name] === undefined ? notExists(row[name]) : eq(row[name], seen[name])))
          .join(' AND ')

/**
 * AP54. Returns a page of the bans in force, by user id. Strongly consistent. A page may have fewer than `limit`,
 * because rows of other kinds are read and left out.
 *
 * @param page `after` is the `nextCursor` of the page before
 */
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
