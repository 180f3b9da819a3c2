import { forgetThreadsIn } from '../entities/followed-thread.ts'
import { getMembership } from '../entities/membership.ts'
import { deleteMentionsIn } from '../entities/mention.ts'

/**
 * Takes away what a user who has left a room had of it: mentions, and the threads that they followed. Who is back by
 * now keeps the mentions since they came. AP8, AP112, AP117.
 */
export async function forgetRoom({ chatRoomId, userId }: { chatRoomId: string; userId: string }): Promise<void> {
  const membership = await getMembership(chatRoomId, userId)
  await Promise.all([
    deleteMentionsIn(chatRoomId, userId, membership?.joinedAt ?? Number.MAX_SAFE_INTEGER),
    membership === undefined && forgetThreadsIn(chatRoomId, userId),
  ])
}
