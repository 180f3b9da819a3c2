import { Forbidden } from '../errors.ts'
import { oneOf, optional } from '../env.ts'
import type { ProfileChange } from '../entities/user.ts'
import type { Caller } from './caller.ts'

/**
 * Who decides users' names and pictures. `token`: their tokens, at each `sync`. `users`: the users themselves, and the
 * token only provides the first values. `server`: the backend alone.
 */
export const profilesFrom = optional('PROFILES', oneOf('token', 'users', 'server')) ?? 'users'

/** @throws Forbidden when this deployment does not let the caller change these fields of their own profile */
export function requireOwnProfile(change: Pick<ProfileChange, 'name' | 'imageUrl'>, { backend }: Caller): void {
  if (backend !== undefined || profilesFrom === 'users') return
  if (profilesFrom === 'server') throw new Forbidden('unable to change the profile; this deployment makes the profiles')
  if (change.name === undefined && change.imageUrl === undefined) return
  throw new Forbidden('unable to change the profile; name and picture are those of the token')
}
