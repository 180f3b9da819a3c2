import { setBlocked } from '../../entities/user.ts'
import { Conflict } from '../../errors.ts'
import { serverAction } from '../server-action.ts'

/** Ends a user's ban from the deployment. Succeeds if the user is not banned. AP78. */
export const unbanUser = serverAction('unbanUser', async ({ userId }, caller) => {
  const isLetIn = await setBlocked(userId, undefined, { by: caller.userId, at: Date.now() })
  if (!isLetIn) throw new Conflict('unable to let the user in; they were erased')
  return {}
})
