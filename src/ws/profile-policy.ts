import { Forbidden } from '../errors.ts'
import { oneOf, optional } from '../env.ts'
import type { ProfileChange } from '../entities/user.ts'
import type { Caller } from './caller.ts'

/**
 * Who says what users are called, and what they look like: their tokens, at each `sync`; they themselves, where the
 * token only says what a new user begins with; or the backend alone.
 */
export const profilesFrom = optional('PROFILES', oneOf('token', 'users', 'server')) ?? 'users'

/** @throws Forbidden when this deployment lets the caller not change this of their own profile */
export function requireOwnProfile(change: Pick<ProfileChange, 'name' | 'imageUrl'>, { backend }: Caller): void {
  if (backend !== undefined || profilesFrom === 'users') return
  if (profilesFrom === 'server') throw new Forbidden('unable to change the profile; this deployment makes the profiles')
  if (change.name === undefined && change.imageUrl === undefined) return
  throw new Forbidden('unable to change the profile; name and picture are those of the token')
}
