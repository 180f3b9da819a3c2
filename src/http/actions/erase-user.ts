import { leaveRooms } from '../../changes/leave-rooms.ts'
import { logger } from '../../logger.ts'
import { eraseUser as erase } from '../../rooms/erase-user.ts'
import { closeConnections } from '../close-connections.ts'
import { serverAction } from '../server-action.ts'

/**
 * Milliseconds for leaving rooms before the reply; the job leaves the remaining rooms. Kept short, because a batch may
 * erase 25 users in the 30 s that a request has.
 */
const LEAVING_MS = 500

/**
 * Erases a user. The record that keeps the user out is written before their connections and their rooms are listed,
 * like the ban in `banUser`. A job does the rest after the reply. AP5, AP8, AP11, AP12, AP49, AP67, AP79, AP81, AP88,
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
