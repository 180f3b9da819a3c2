import { eraseUser as erase } from '../../rooms/erase-user.ts'
import { closeConnections } from '../close-connections.ts'
import { serverAction } from '../server-action.ts'

/**
 * Erases a user: what keeps them out is written before their connections are listed, as by `banUser`. AP79, AP81,
 * AP144, AP145.
 */
export const eraseUser = serverAction('eraseUser', async ({ userId, mode }, caller) => {
  const now = Date.now()
  const { jobId } = await erase({ userId, erasure: mode, erasedAt: now }, caller.userId, now)
  await closeConnections(userId, 'blocked', now)
  return { jobId }
})
