import { Entity, type EntityItem } from 'electrodb'
import { Conflict } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import type { Profile } from '../protocol/profile-actions.ts'
import { client, imported, own, service, table } from './table.ts'
import { erasureModes } from '../protocol/room-kinds.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * What the deployment knows about a user: their profile, and whether they may connect. A user about whom nothing is
 * known has no row. Key: UserId, in the user's own partition.
 *
 * - AP77 `standingOfUser`: may this user connect, and are they an admin?
 * - AP151 `bannedAmong`: which of these users may not connect?
 * - AP78 `setBlocked`: ban a user from the deployment, or end the ban, unless they were erased
 * - AP157 `noteAdmin`: note whether this user is an admin, unless they were erased
 * - AP123 `getProfiles`: who are these users?
 * - AP124 `changeProfile`: change a user's profile
 * - AP125 `makeProfile`: make a user's profile, unless they have one
 */
export const User = new Entity(
  {
    model: { entity: 'User', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      /** Epoch milliseconds until which the user is banned from the deployment. Absent if they aren't. */
      blockedUntil: { type: 'number', field: 'BlockedUntil' },
      /** Who has last banned the user from the deployment, or ended the ban. */
      blockedBy: { type: 'string', field: 'BlockedBy' },
      /** When that happened, epoch milliseconds. */
      blockedAt: { type: 'number', field: 'BlockedAt' },
      /**
       * The token of the user's last connection has `tabletalk:admin`. Users with a lower rank may not act upon them.
       */
      admin: { type: 'boolean', field: 'Admin' },
      name: { type: 'string', field: 'Name' },
      imageUrl: { type: 'string', field: 'ImageUrl' },
      /** JSON. */
      metadata: { type: 'string', field: 'Metadata' },
      /**
       * Epoch milliseconds at which the user was erased. The row then is the record of the erasure, without a profile.
       */
      erasedAt: { type: 'number', field: 'ErasedAt' },
      /** What happens to the messages of an erased user: they are deleted, or kept without their name. */
      erasure: { type: erasureModes, field: 'Erasure' },
      /** The id that takes the place of an erased user's id. */
      erasedAs: { type: 'string', field: 'ErasedAs' },
      /** Epoch milliseconds of the last write of the profile. Absent if the user has no profile. */
      updatedAt: { type: 'number', field: 'UpdatedAt' },
      imported,
    },
    indexes: { user: own('user', ['userId'], [], 'profile') },
  },
  { table, client },
)

type Row = EntityItem<typeof User>

/** The end of a permanent ban: the latest time of a JavaScript date, in epoch milliseconds. */
export const FOR_GOOD = 8_640_000_000_000_000

/**
 * AP77. Tells whether a user may connect, and whether they are an admin. Strongly consistent.
 *
 * @returns `blockedUntil`: the end of the ban from the deployment, in epoch milliseconds; undefined if there is none
 */
export async function standingOfUser(
  userId: string,
  now: number,
): Promise<{ blockedUntil: number | undefined; isAdmin: boolean }> {
  const { data } = await User.get({ userId }).go({ consistent: true, attributes: ['blockedUntil', 'admin'] })
  const { blockedUntil = 0, admin = false } = data ?? {}
  return { blockedUntil: blockedUntil > now ? blockedUntil : undefined, isAdmin: admin }
}

/** AP157. Notes whether a user is an admin. Does nothing if the user was erased. */
export async function noteAdmin(userId: string, isAdmin: boolean): Promise<void> {
  const noted = User.update({ userId })
  await (isAdmin ? noted.set({ admin: true }) : noted.remove(['admin']))
    .where(({ erasedAt }, { notExists }) => notExists(erasedAt))
    .go({ returnOnConditionCheckFailure: true })
}

/** AP151. Returns those of these users who are banned from the deployment. Strongly consistent. */
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
 * AP78. Bans a user from the deployment, or ends the ban. Does nothing if the user was erased: they stay banned
 * permanently.
 *
 * @param until epoch milliseconds; undefined ends the ban
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

/** A change of a profile. What is left out stays, and null removes a value. */
export interface ProfileChange {
  name?: string | undefined
  imageUrl?: string | null | undefined
  metadata?: Record<string, unknown> | undefined
}

/**
 * AP123. Returns profiles by user id. Eventually consistent, because nobody's access depends on them. Users without a
 * profile are left out. For an erased user, and for the id that stands for one, the profile says only that they were
 * erased.
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
 * AP124. Changes a user's profile. A ban stays as it is.
 *
 * @returns the new profile
 * @throws Conflict when the user was erased
 */
export async function changeProfile(userId: string, change: ProfileChange, now: number): Promise<Profile> {
  const { rejected, data } = await changed(userId, change, now)
    .where(({ erasedAt }, { notExists }) => notExists(erasedAt))
    .go({ response: 'all_new', returnOnConditionCheckFailure: true })
  if (rejected) throw new Conflict('unable to change the profile; the user was erased')
  return profileOf({ ...data, userId }, now)
}

/**
 * AP125. Makes a user's profile. Does nothing if there is one, which is no error: another connection may have been
 * faster.
 */
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
