import { getRoom } from '../entities/chat-room.ts'
import type { JobRow } from '../entities/job.ts'
import { getMessages, messagesBetween, type MessageRow, seqOf } from '../entities/message.ts'
import { MessageNotFound } from '../errors.ts'
import { eraseMessage } from '../rooms/erase-message.ts'
import type { Step } from './step.ts'

const PAGE = 50

/** The order of timestamps may differ from the order of seqs, by at most the time that an action takes. */
const DISORDER_MS = 60_000

/** The job's `args`. */
interface DeleteMessages {
  chatRoomId: string
  /** The sender whose messages are deleted. */
  userId: string
  /** Epoch milliseconds; earlier messages are kept. */
  since: number
  /** The user in whose name the messages are deleted. */
  by: string
}

/**
 * Deletes the messages that a user has sent in a room since a given time, like ordinary deletions, page by page from
 * the newest. The cursor is the seq at which the last page ended. AP5, AP22, AP34, AP87.
 */
export async function deleteMessages({ args, cursor }: Pick<JobRow, 'args' | 'cursor'>, now: number): Promise<Step> {
  const { chatRoomId, userId, since, by } = JSON.parse(args) as DeleteMessages
  const last = cursor === undefined ? (await getRoom(chatRoomId))?.headSeq : Number(cursor) - 1
  if (last === undefined || last < 1) return { done: 0 }
  const { rows, whole } = await messagesBetween(chatRoomId, { first: 1, last, limit: PAGE, order: 'desc' })
  const isTheirs = ({ kind, senderId, timestamp }: MessageRow) =>
    kind !== 'hole' && kind !== 'deleted' && senderId === userId && timestamp >= since
  const theirs = rows.filter(isTheirs)
  for (const message of theirs) {
    const readAgain = async () => (await getMessages(chatRoomId, [seqOf(message)]))[0]
    await eraseMessage(message, { deletedAt: now, deletedBy: by }, readAgain).catch(unlessGone)
  }
  const oldest = rows.at(-1)
  const isDone = oldest === undefined || whole || oldest.timestamp < since - DISORDER_MS
  // Those of others count, too: a turn ends after a number of items, however little of them there is to do.
  return { done: rows.length, ...(!isDone && { cursor: String(seqOf(oldest)) }) }
}

/** Ignores a message that is gone, because the whole room may be deleted at the same time. */
function unlessGone(error: unknown): void {
  if (!(error instanceof MessageNotFound)) throw error
}
