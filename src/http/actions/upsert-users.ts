import { changeProfile } from '../../entities/user.ts'
import { serverAction } from '../server-action.ts'

/**
 * Makes or changes profiles, each by itself: of a request that has failed some may be written, and to send it again is
 * harmless. AP124.
 */
export const upsertUsers = serverAction('upsertUsers', async ({ users }) => {
  const now = Date.now()
  return { users: await Promise.all(users.map(({ userId, ...change }) => changeProfile(userId, change, now))) }
})
