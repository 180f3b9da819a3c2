import { changeProfile } from '../../entities/user.ts'
import { action } from '../action.ts'
import { requireOwnProfile } from '../profile-policy.ts'

/** Changes the caller's profile, which other users see. AP124. */
export const setProfile = action('setProfile', async ({ name, imageUrl, metadata }, caller) => {
  requireOwnProfile({ name, imageUrl }, caller)
  return { profile: await changeProfile(caller.userId, { name, imageUrl, metadata }, Date.now()) }
})
