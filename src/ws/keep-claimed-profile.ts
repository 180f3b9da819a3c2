import { changeProfile, getProfiles, makeProfile } from '../entities/user.ts'
import { defined } from '../protocol/defined.ts'
import type { SocketCaller } from './caller.ts'
import { profilesFrom } from './profile-policy.ts'

/**
 * Stores the profile that the token claims for the caller, if this deployment takes profiles from tokens and something
 * differs. A token without a profile costs no request. A field that the token no longer claims keeps its value. AP123,
 * AP124, AP125.
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
