import { Entity, type EntityItem } from 'electrodb'
import { Conflict } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import type { Profile } from '../protocol/profile-actions.ts'
import { client, imported, own, service, table } from './table.ts'
import { erasureModes } from '../protocol/room-kinds.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * What the deployment knows of a user: the profile, and whether they may come in. Who it knows nothing of has no row.
 * Key: UserId, in the user's own partition.
 *
 * - AP77 `standingOfUser`: may this user come in, and are they an admin?
 * - AP151 `bannedAmong`: which of these users may not come in?
 * - AP78 `setBlocked`: from now on, unless they were erased?
 * - AP157 `noteAdmin`: is this user an admin from now on, unless they were erased?
 * - AP123 `getProfiles`: who are these users?
 * - AP124 `changeProfile`: who is this user from now on?
 * - AP125 `makeProfile`: the same, of a user who has no profile yet
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
      /** The token of the user's last connection has `tabletalk:admin`: who is below is not to act upon them. */
      admin: { type: 'boolean', field: 'Admin' },
      name: { type: 'string', field: 'Name' },
      imageUrl: { type: 'string', field: 'ImageUrl' },
      /** JSON. */
      metadata: { type: 'string', field: 'Metadata' },
      /** Epoch milliseconds at which the user was erased: this row is the record of it, and has nothing else. */
      erasedAt: { type: 'number', field: 'ErasedAt' },
      /** What becomes of what they have said: it is deleted, or kept as said by nobody. */
      erasure: { type: erasureModes, field: 'Erasure' },
      /** The id that stands where theirs was. */
      erasedAs: { type: 'string', field: 'ErasedAs' },
      /** Epoch milliseconds of the last write of the profile; a user without it has none. */
      updatedAt: { type: 'number', field: 'UpdatedAt' },
      imported,
    },
    indexes: { user: own('user', ['userId'], [], 'profile') },
  },
  { table, client },
)

type Row = EntityItem<typeof User>

/** The latest moment that JavaScript's dates know. */
export const FOR_GOOD = 8_640_000_000_000_000

/**
 * AP77. Consistent. `blockedUntil` is the end of the ban from the deployment, in epoch milliseconds; undefined when the
 * user may come in.
 */
export async function standingOfUser(
  userId: string,
  now: number,
): Promise<{ blockedUntil: number | undefined; isAdmin: boolean }> {
  const { data } = await User.get({ userId }).go({ consistent: true, attributes: ['blockedUntil', 'admin'] })
  const { blockedUntil = 0, admin = false } = data ?? {}
  return { blockedUntil: blockedUntil > now ? blockedUntil : undefined, isAdmin: admin }
}

/** AP157. */
export async function noteAdmin(userId: string, isAdmin: boolean): Promise<void> {
  const noted = User.update({ userId })
  await (isAdmin ? noted.set({ admin: true }) : noted.remove(['admin']))
    .where(({ erasedAt }, { notExists }) => notExists(erasedAt))
    .go({ returnOnConditionCheckFailure: true })
}

/** AP151. Consistent. */
export async function bannedAmong(userIds: readonly string[], now: number): Promise<Set<string>> {
  const banned = new Set<string>()
  await untilProcessed(userIds, async (left) => {
    const { data, unprocessed } = await User.get(left.map((userId) => ({ userId }))).go({
      consistent: true,
      concurrent: 4,
      attributes: ['userId', 'blockedUntil'],
    })
    for (const { userId, blockedUntil: until } of data) if (until !== undefined && until > now) banned.add(userId)
    return { unprocessed: unprocessed.map(({ userId }) => userId) }
  })
  return banned
}

/**
 * AP78. Nothing changes for who was erased: they never come in again.
 *
 * @param until epoch milliseconds; undefined lets the user in again
 * @returns false when the user was erased
 */
export async function setBlocked(
  userId: string,
  until: number | undefined,
  { by, at }: { by: NonNullable<Row['blockedBy']>; at: number },
): Promise<boolean> {
  const noted = User.update({ userId }).set({ blockedBy: by, blockedAt: at })
  const changed = until === undefined ? noted.remove(['blockedUntil']) : noted.set({ blockedUntil: until })
  const { rejected } = await changed
    .where(({ erasedAt }, { notExists }) => notExists(erasedAt))
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** What a profile is changed to: what is left out stays, and null is removed. */
export interface ProfileChange {
  name?: string | undefined
  imageUrl?: string | null | undefined
  metadata?: Record<string, unknown> | undefined
}

/**
 * AP123. Eventually consistent, because nobody's access depends on it. Who has no profile is left out; of who was
 * erased, and of the id that stands for them, that is all that there is.
 */
export async function getProfiles(userIds: readonly string[]): Promise<Map<string, Profile>> {
  const profiles = new Map<string, Profile>()
  await untilProcessed([...new Set(userIds)], async (left) => {
    const { data, unprocessed } = await User.get(left.map((userId) => ({ userId }))).go({
      attributes: ['userId', 'name', 'imageUrl', 'metadata', 'updatedAt', 'erasedAt'],
    })
    for (const row of data) {
      const { userId, updatedAt, erasedAt } = row
      if (erasedAt !== undefined) profiles.set(userId, { userId, updatedAt: erasedAt, erased: true })
      else if (updatedAt !== undefined) profiles.set(userId, profileOf(row, updatedAt))
    }
    return { unprocessed: unprocessed.map(({ userId }) => userId) }
  })
  return profiles
}

/**
 * AP124. A ban stays.
 *
 * @returns the profile that holds now
 * @throws Conflict when the user was erased
 */
export async function changeProfile(userId: string, change: ProfileChange, now: number): Promise<Profile> {
  const { rejected, data } = await changed(userId, change, now)
    .where(({ erasedAt }, { notExists }) => notExists(erasedAt))
    .go({ response: 'all_new', returnOnConditionCheckFailure: true })
  if (rejected) throw new Conflict('unable to change the profile; the user was erased')
  return profileOf({ ...data, userId }, now)
}

/** AP125. Nothing is written when there is a profile already: not an error, because another connection may be first. */
export async function makeProfile(userId: string, profile: ProfileChange, now: number): Promise<void> {
  await changed(userId, profile, now)
    .where((row, { notExists }) => `${notExists(row.updatedAt)} AND ${notExists(row.erasedAt)}`)
    .go({ returnOnConditionCheckFailure: 'all_old' })
}

const changed = (userId: string, { name, imageUrl, metadata }: ProfileChange, now: number) =>
  User.update({ userId })
    .set({
      ...defined({ name, imageUrl: imageUrl ?? undefined, metadata: metadata && JSON.stringify(metadata) }),
      updatedAt: now,
    })
    .remove(imageUrl === null ? ['imageUrl'] : [])

const profileOf = ({ userId, name, imageUrl, metadata }: Row, updatedAt: number): Profile => ({
  userId,
  ...defined({ name, imageUrl }),
  ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as Record<string, unknown> }),
  updatedAt,
})
