import { leaveRooms } from '../../changes/leave-rooms.ts'
import { logger } from '../../logger.ts'
import { eraseUser as erase } from '../../rooms/erase-user.ts'
import { closeConnections } from '../close-connections.ts'
import { serverAction } from '../server-action.ts'

/**
 * Milliseconds after which no more rooms are left at once; the job goes on with those that there still are. A batch may
 * erase 25 users in the 30 s that a request has.
 */
const LEAVING_MS = 500

/**
 * Erases a user: what keeps them out is written before their connections are listed, as by `banUser`, and before their
 * rooms are. What the reply doesn't wait for is left to the job. AP5, AP8, AP11, AP12, AP49, AP67, AP79, AP81, AP88,
 * AP89, AP90, AP144, AP145.
 */
export const eraseUser = serverAction('eraseUser', async ({ userId, mode }, caller) => {
  const now = Date.now()
  const { jobId } = await erase({ userId, erasure: mode, erasedAt: now }, caller.userId, now)
  await closeConnections(userId, 'blocked', now)
  await leaveAtOnce(userId, now).catch((error: unknown) => {
    logger.warn('rooms not left at once', { jobId, error: error as Error })
  })
  return { jobId }
})

async function leaveAtOnce(userId: string, now: number): Promise<void> {
  for (let hasMore = true; hasMore && Date.now() < now + LEAVING_MS;) {
    const page = await leaveRooms(userId, now)
    hasMore = page.hasMore && page.left > 0
  }
}
