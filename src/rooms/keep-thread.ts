import { followUnlessSaid } from '../entities/followed-thread.ts'
import { getMessages, seqOf } from '../entities/message.ts'
import { putReply, removeReply, type Thread } from '../entities/thread-reply.ts'
import { rollUpThread } from './roll-up-thread.ts'

/**
 * Makes a thread agree with replies that were written or deleted: the `ThreadReply` rows, the count at the root, and
 * the users who follow the thread. The replies are read as they are now, so this may run late or more than once. AP34,
 * AP105, AP106, AP108, AP115, AP118.
 */
export async function keepThread(thread: Thread, replyIds: readonly string[]): Promise<void> {
  const { chatRoomId, threadId } = thread
  const ids = [...new Set(replyIds)]
  const rows = await getMessages(
    chatRoomId,
    [threadId, ...ids].map((messageId) => seqOf({ messageId })),
  )
  const live = rows.filter((row) => row.threadId === threadId && row.kind !== 'deleted')
  const isLive = new Set(live.map(({ messageId }) => messageId))
  await Promise.all([
    ...live.map(({ messageId, senderId, timestamp }) => putReply({ ...thread, messageId, senderId, at: timestamp })),
    ...ids.filter((id) => !isLive.has(id)).map((messageId) => removeReply({ ...thread, messageId })),
  ])
  if (live.length > 0) {
    const root = rows.find(({ messageId }) => messageId === threadId)
    const followers = new Set([...live, ...(root ? [root] : [])].map(({ senderId }) => senderId))
    await Promise.all([...followers].map((userId) => followUnlessSaid({ ...thread, userId })))
  }
  await rollUpThread(thread)
}
