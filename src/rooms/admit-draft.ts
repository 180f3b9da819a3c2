import { type Aside, getMessages, type MessageRow, seqOf } from '../entities/message.ts'
import { repliesBetween } from '../entities/thread-reply.ts'
import { InvalidRequest, MessageNotFound } from '../errors.ts'
import type { Standing } from '../protocol/permissions.ts'
import { type Actor, admit, admitSender } from './admission.ts'

/**
 * Whether somebody may send this to a room. A plain message reads no more than `admitSender` does. AP8; AP5 and AP50
 * for one that mentions the room; AP34 for a reply in a thread.
 *
 * @throws NotAMember | Forbidden | Muted | RoomClosed
 * @throws MessageNotFound | InvalidRequest when the thread has no root, or the root is itself a reply
 */
export async function admitDraft(actor: Actor, chatRoomId: string, aside: Aside, now: number): Promise<Standing> {
  const { threadId, mentionsRoom } = aside
  const root = rootOf(chatRoomId, threadId)
  // A stranger learns nothing of the room's messages.
  root.catch(() => undefined)
  const standing = mentionsRoom
    ? (await admit(actor, chatRoomId, 'mentionRoom', now)).standing
    : await admitSender(actor, chatRoomId, now)
  await requireThread(chatRoomId, threadId, await root)
  return standing
}

/** The same for who has been admitted. @throws MessageNotFound | InvalidRequest */
export const requireRoot = async (chatRoomId: string, threadId: string | undefined): Promise<void> =>
  requireThread(chatRoomId, threadId, await rootOf(chatRoomId, threadId))

/** AP34. */
async function rootOf(chatRoomId: string, threadId: string | undefined): Promise<MessageRow | undefined> {
  if (threadId === undefined) return undefined
  const [root] = await getMessages(chatRoomId, [seqOf({ messageId: threadId })])
  return root
}

/**
 * That a message can be the root of a thread: threads have one level. One that was deleted can, and one whose time is
 * over while there are replies. AP107 when there is none: not asked for a stranger, whom it would tell something.
 *
 * @throws MessageNotFound | InvalidRequest
 */
async function requireThread(chatRoomId: string, threadId: string | undefined, root?: MessageRow): Promise<void> {
  if (threadId === undefined) return
  if (root === undefined && !(await hasReplies(chatRoomId, threadId))) {
    throw new MessageNotFound('unable to find the thread; there is no such message')
  }
  if (root?.threadId === undefined) return
  throw new InvalidRequest('unable to find the thread; its root is itself a reply in one', [
    { path: 'threadId', problem: 'is a reply in a thread' },
  ])
}

const hasReplies = async (chatRoomId: string, threadId: string): Promise<boolean> =>
  (await repliesBetween({ chatRoomId, threadId }, { first: 1, last: MAX_SEQ, limit: 1, order: 'asc' })).length > 0

const MAX_SEQ = Number.MAX_SAFE_INTEGER
