import { getRoom } from '../entities/chat-room.ts'
import type { MembershipRow } from '../entities/membership.ts'
import { type Aside, getMessages, type MessageRow, seqOf } from '../entities/message.ts'
import { repliesBetween } from '../entities/thread-reply.ts'
import { InvalidRequest, MessageNotFound } from '../errors.ts'
import type { Standing } from '../protocol/permissions.ts'
import { type Actor, admit, admitSender, isReadable, type Reader, readableAfter, stranger } from './admission.ts'
import { keptOf } from './kept.ts'

/**
 * Whether somebody may send this to a room. A plain message reads no more than `admitSender` does. AP8; AP5 and AP50
 * for one that mentions the room; AP5 and AP34 for a reply in a thread.
 *
 * @throws NotAMember | Forbidden | Muted | RoomClosed
 * @throws MessageNotFound | InvalidRequest when the thread has no root, or the root is itself a reply
 */
export async function admitDraft(actor: Actor, chatRoomId: string, aside: Aside, now: number): Promise<Standing> {
  const { threadId, mentionsRoom } = aside
  const thread = threadId === undefined ? undefined : Promise.all([getRoom(chatRoomId), rootOf(chatRoomId, threadId)])
  // A stranger learns nothing of the room's messages.
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

/** The same for who has been admitted. AP34. @throws MessageNotFound | InvalidRequest */
export async function requireRoot(reader: Reader, threadId: string | undefined, now: number): Promise<void> {
  if (threadId === undefined) return
  await requireThread(reader, threadId, await rootOf(reader.room.chatRoomId, threadId), now)
}

/** The same for a direct room, which may not be there yet. AP5, AP34. */
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

/** AP34. */
async function rootOf(chatRoomId: string, threadId: string): Promise<MessageRow | undefined> {
  const [root] = await getMessages(chatRoomId, [seqOf({ messageId: threadId })])
  return root
}

/**
 * That a message can be the root of a thread: threads have one level. One that was deleted can. One that the reader may
 * not read is as one that never was; while there are replies that they may read, the thread goes on by its id. AP107
 * when there is none: not asked for a stranger, whom it would tell something.
 *
 * @throws MessageNotFound | InvalidRequest
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

export const noThread = () => new MessageNotFound('unable to find the thread; there is no such message')

/** Whether the thread has a reply that the reader may read: the newest one, if any. */
async function hasReplies(reader: Reader, threadId: string, now: number): Promise<boolean> {
  const { chatRoomId } = reader.room
  const range = { first: readableAfter(reader) + 1, last: Number.MAX_SAFE_INTEGER, limit: 1, order: 'desc' } as const
  const replies = await repliesBetween({ chatRoomId, threadId }, range)
  return replies.some(({ at }) => at >= keptOf(reader.room, now).keptSince)
}
