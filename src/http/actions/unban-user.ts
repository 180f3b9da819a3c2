import { setBlocked } from '../../entities/user.ts'
import { serverAction } from '../server-action.ts'

/** Lets a user in again; one who is not banned stays so. AP78. */
export const unbanUser = serverAction('unbanUser', async ({ userId }, caller) => {
  await setBlocked(userId, undefined, { by: caller.userId, at: Date.now() })
  return {}
})
