import { isDeepStrictEqual } from 'node:util'
import { getMessages, seqOf, setThread, type ThreadCount } from '../entities/message.ts'
import { everyReply, type ReplyRow, type Thread } from '../entities/thread-reply.ts'
import { Unavailable } from '../errors.ts'

const MAX_ATTEMPTS = 10
const MAX_LAST_USERS = 3

/**
 * Writes the count of a thread's replies to its root, as `rollUpReactions` does with reactions. If the root is gone, it
 * does nothing: the thread goes on without it. AP34, AP108, AP118.
 *
 * @throws Unavailable when others have written the count ten times meanwhile
 */
export async function rollUpThread(thread: Thread): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const [root] = await getMessages(thread.chatRoomId, [seqOf({ messageId: thread.threadId })])
    if (root === undefined) return
    const count = threadOf(await everyReply(thread))
    if (isDeepStrictEqual(count, root.thread) || (await setThread(root, count))) return
  }
  throw new Unavailable('unable to count the replies; others have counted them ten times meanwhile')
}

/** @param replies in seq order */
function threadOf(replies: readonly ReplyRow[]): ThreadCount | undefined {
  const last = replies.at(-1)
  if (last === undefined) return undefined
  const senders = new Set(replies.toReversed().map(({ senderId }) => senderId))
  return {
    replies: replies.length,
    lastSeq: seqOf(last),
    lastAt: last.at,
    lastUserIds: [...senders].slice(0, MAX_LAST_USERS),
  }
}
