import { getRoom } from '../entities/chat-room.ts'
import type { MembershipRow } from '../entities/membership.ts'
import { type Aside, getMessages, type MessageRow, seqOf } from '../entities/message.ts'
import { repliesBetween } from '../entities/thread-reply.ts'
import { InvalidRequest, MessageNotFound } from '../errors.ts'
import type { Standing } from '../protocol/permissions.ts'
import { type Actor, admit, admitSender, isReadable, type Reader, readableAfter, stranger } from './admission.ts'
import { keptOf } from './kept.ts'

/**
 * Makes sure that a user may send this message to a room. For a plain message it reads no more than `admitSender` does.
 * AP8; AP5 and AP50 if the message mentions the room; AP5 and AP34 if it is a reply in a thread.
 *
 * @throws NotAMember | Forbidden | Muted | RoomClosed
 * @throws MessageNotFound | InvalidRequest when the thread has no root, or the root is itself a reply
 */
export async function admitDraft(actor: Actor, chatRoomId: string, aside: Aside, now: number): Promise<Standing> {
  const { threadId, mentionsRoom } = aside
  const thread = threadId === undefined ? undefined : Promise.all([getRoom(chatRoomId), rootOf(chatRoomId, threadId)])
  // If the check below throws, nobody awaits this promise. A stranger must not learn about the room's messages.
  thread?.catch(() => undefined)
  const { standing, membership } = mentionsRoom
    ? await admit(actor, chatRoomId, 'mentionRoom', now)
    : await admitSender(actor, chatRoomId, now)
  if (threadId !== undefined && thread !== undefined) {
    const [room, root] = await thread
    if (room === undefined) throw stranger()
    await requireThread({ room, membership }, threadId, root, now)
  }
  return standing
}

/**
 * Makes sure that a message may be a reply in this thread, if `threadId` is given, for a user who was admitted before.
 * AP34.
 *
 * @throws MessageNotFound | InvalidRequest when the thread has no root, or the root is itself a reply
 */
export async function requireRoot(reader: Reader, threadId: string | undefined, now: number): Promise<void> {
  if (threadId === undefined) return
  await requireThread(reader, threadId, await rootOf(reader.room.chatRoomId, threadId), now)
}

/**
 * Makes sure that a message may be a reply in this thread of a direct room, which may not exist yet. AP5, AP34.
 *
 * @throws MessageNotFound | InvalidRequest when the thread has no root, or the root is itself a reply
 */
export async function requireRootInDirect(
  chatRoomId: string,
  membership: MembershipRow | undefined,
  threadId: string | undefined,
  now: number,
): Promise<void> {
  if (threadId === undefined) return
  const room = await getRoom(chatRoomId)
  if (room === undefined) throw noThread()
  await requireRoot({ room, membership }, threadId, now)
}

/** Returns the root of a thread, even if it was deleted. AP34. */
async function rootOf(chatRoomId: string, threadId: string): Promise<MessageRow | undefined> {
  const [root] = await getMessages(chatRoomId, [seqOf({ messageId: threadId })])
  return root
}

/**
 * Makes sure that a message can be the root of a thread. Threads have one level, so a reply can't. A deleted message
 * can. A root that the reader may not read counts as missing, but a thread goes on without its root as long as there
 * are replies that the reader may read. AP107 when the root is missing. A stranger never gets here, because the answer
 * would tell them something.
 *
 * @throws MessageNotFound | InvalidRequest when the thread has no root, or the root is itself a reply
 */
async function requireThread(
  reader: Reader,
  threadId: string,
  root: MessageRow | undefined,
  now: number,
): Promise<void> {
  const isThere = root !== undefined && isReadable(reader, root, now)
  if (!isThere && !(await hasReplies(reader, threadId, now))) throw noThread()
  if (!isThere || root.threadId === undefined) return
  throw new InvalidRequest('unable to find the thread; its root is itself a reply in one', [
    { path: 'threadId', problem: 'is a reply in a thread' },
  ])
}

const noThread = () => new MessageNotFound('unable to find the thread; there is no such message')

/** Tells whether the thread has a reply that the reader may read, by looking at the newest one. AP107. */
async function hasReplies(reader: Reader, threadId: string, now: number): Promise<boolean> {
  const { chatRoomId } = reader.room
  const range = { first: readableAfter(reader) + 1, last: Number.MAX_SAFE_INTEGER, limit: 1, order: 'desc' } as const
  const replies = await repliesBetween({ chatRoomId, threadId }, range)
  return replies.some(({ at }) => at >= keptOf(reader.room, now).keptSince)
}
