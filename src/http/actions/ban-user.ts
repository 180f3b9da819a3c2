import { FOR_GOOD, setBlocked } from '../../entities/user.ts'
import { InvalidRequest } from '../../errors.ts'
import { closeConnections } from '../close-connections.ts'
import { serverAction } from '../server-action.ts'

/**
 * Keeps a user out of the whole deployment, and closes the connections that there are. The ban is written before they
 * are listed, and `$connect` looks at the ban after it has listed its own: so none slips in between. AP78, AP79, AP81.
 */
export const banUser = serverAction('banUser', async ({ userId, until = FOR_GOOD }, caller) => {
  const now = Date.now()
  if (until <= now) {
    throw new InvalidRequest('unable to ban the user; the end of the ban has passed', [
      { path: 'until', problem: 'has passed' },
    ])
  }
  await setBlocked(userId, until, { by: caller.userId, at: now })
  await closeConnections(userId, 'blocked', now)
  return {}
})
