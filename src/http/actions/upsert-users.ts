import { changeProfile } from '../../entities/user.ts'
import { serverAction } from '../server-action.ts'

/**
 * Creates or changes profiles, each on its own. If the request fails, some may have been written; repeating it is
 * harmless. AP124.
 */
export const upsertUsers = serverAction('upsertUsers', async ({ users }) => {
  const now = Date.now()
  return { users: await Promise.all(users.map(({ userId, ...change }) => changeProfile(userId, change, now))) }
})
