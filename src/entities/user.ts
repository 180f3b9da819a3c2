import { Entity, type EntityItem } from 'electrodb'
import { client, own, service, table } from './table.ts'

/**
 * What the deployment knows of a user; who it knows nothing of has no row. Key: UserId, in the user's own partition.
 *
 * - AP77 `blockedUntil`: may this user come in?
 * - AP78 `setBlocked`: from now on?
 */
export const User = new Entity(
  {
    model: { entity: 'User', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      /** Epoch milliseconds until which the user may not come in; absent when they may. */
      blockedUntil: { type: 'number', field: 'BlockedUntil' },
      /** Who has last banned the user from the deployment, or ended that. */
      blockedBy: { type: 'string', field: 'BlockedBy' },
      /** Epoch milliseconds of that. */
      blockedAt: { type: 'number', field: 'BlockedAt' },
    },
    indexes: { user: own('user', ['userId'], [], 'profile') },
  },
  { table, client },
)

type Row = EntityItem<typeof User>

/** The latest moment that JavaScript's dates know. */
export const FOR_GOOD = 8_640_000_000_000_000

/** AP77. Consistent. Returns undefined when the user may come in, else the end of the ban, in epoch milliseconds. */
export async function blockedUntil(userId: string, now: number): Promise<number | undefined> {
  const { data } = await User.get({ userId }).go({ consistent: true, attributes: ['blockedUntil'] })
  return data?.blockedUntil !== undefined && data.blockedUntil > now ? data.blockedUntil : undefined
}

/** AP78. @param until epoch milliseconds; undefined lets the user in again */
export async function setBlocked(
  userId: string,
  until: number | undefined,
  { by, at }: { by: NonNullable<Row['blockedBy']>; at: number },
): Promise<void> {
  const noted = User.update({ userId }).set({ blockedBy: by, blockedAt: at })
  await (until === undefined ? noted.remove(['blockedUntil']) : noted.set({ blockedUntil: until })).go()
}
