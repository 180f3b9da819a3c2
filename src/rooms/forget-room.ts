import { forgetThreadsIn } from '../entities/followed-thread.ts'
import { getMembership } from '../entities/membership.ts'
import { deleteMentionsIn } from '../entities/mention.ts'

/**
 * Deletes the mentions and followed threads of a user who has left a room. If they have joined again, the threads and
 * the mentions since then stay. AP8, AP112, AP117.
 */
export async function forgetRoom({ chatRoomId, userId }: { chatRoomId: string; userId: string }): Promise<void> {
  const membership = await getMembership(chatRoomId, userId)
  await Promise.all([
    deleteMentionsIn(chatRoomId, userId, membership?.joinedAt ?? Number.MAX_SAFE_INTEGER),
    membership === undefined && forgetThreadsIn(chatRoomId, userId),
  ])
}
