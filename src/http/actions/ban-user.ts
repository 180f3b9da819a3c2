import { FOR_GOOD, setBlocked } from '../../entities/user.ts'
import { InvalidRequest } from '../../errors.ts'
import { closeConnections } from '../close-connections.ts'
import { serverAction } from '../server-action.ts'

/**
 * Bans a user from the whole deployment, and closes their open connections. The ban is written before the connections
 * are listed, and `$connect` checks the ban after it has stored its connection. So no connection is missed. AP78, AP79,
 * AP81.
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
