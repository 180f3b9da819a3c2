import { changeProfile, getProfiles, makeProfile } from '../entities/user.ts'
import { defined } from '../protocol/defined.ts'
import type { SocketCaller } from './caller.ts'
import { profilesFrom } from './profile-policy.ts'

/**
 * Writes what the token says of the caller, where that is what this deployment goes by and something differs. A token
 * that says nothing costs nothing. What a token doesn't say any more stays. AP123, AP124, AP125.
 */
export async function keepClaimedProfile({ userId, claimed = {} }: SocketCaller, now: number): Promise<void> {
  const { name, imageUrl } = claimed
  if (profilesFrom === 'server' || (name === undefined && imageUrl === undefined)) return
  const kept = (await getProfiles([userId])).get(userId)
  if (profilesFrom === 'users') {
    if (kept === undefined) await makeProfile(userId, claimed, now)
    return
  }
  const change = defined({
    name: name === kept?.name ? undefined : name,
    imageUrl: imageUrl === kept?.imageUrl ? undefined : imageUrl,
  })
  if (Object.keys(change).length > 0) await changeProfile(userId, change, now)
}
