import { setBlocked } from '../../entities/user.ts'
import { Conflict } from '../../errors.ts'
import { serverAction } from '../server-action.ts'

/** Lets a user in again; one who is not banned stays so. AP78. */
export const unbanUser = serverAction('unbanUser', async ({ userId }, caller) => {
  const isLetIn = await setBlocked(userId, undefined, { by: caller.userId, at: Date.now() })
  if (!isLetIn) throw new Conflict('unable to let the user in; they were erased')
  return {}
})
