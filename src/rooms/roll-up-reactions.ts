import { isDeepStrictEqual } from 'node:util'
import { getMessage, setReactions } from '../entities/message.ts'
import { deleteReactions, everyReaction } from '../entities/reaction.ts'
import { hourlyJobItem, putJob } from '../entities/job.ts'
import { Unavailable } from '../errors.ts'
import { changedSummary, type ReactionChange, summaryOf, totalOf } from './reaction-summary.ts'

/**
 * If a message has more reactions than this, only the changes are added, and the janitor counts all of them again
 * within an hour or so.
 */
const MAX_COUNTED = 1_000

/**
 * Attempts to write the summary. Roll-ups of one message run one after the other except for retries, so it is rare that
 * one loses twice.
 */
const MAX_ATTEMPTS = 10

/**
 * Writes the summary of a message's reactions, if it has changed. The rows are counted after the message was read, and
 * the write fails if the summary was written in between. So this may run more than once, and in any order. AP21, AP102,
 * AP113, AP122; AP104 if the message is gone: its reactions are then deleted.
 *
 * @param batch the changes, and the time; without them, all reactions are counted again, however many there are
 * @throws Unavailable when others have written the summary ten times meanwhile
 */
export async function rollUpReactions(
  message: { chatRoomId: string; messageId: string },
  batch?: { changes: readonly ReactionChange[]; now: number },
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const row = await getMessage(message.chatRoomId, message.messageId)
    if (row === undefined) return deleteReactions(message)
    const { reactions = [] } = row
    const toAdd = totalOf(reactions) > MAX_COUNTED ? batch : undefined
    // The job is added before the changes, so that added changes are always counted again later.
    if (toAdd) await putJob(hourlyJobItem('recountReactions', keyOf(message), toAdd.now))
    const summary = toAdd ? changedSummary(reactions, toAdd.changes) : summaryOf(await everyReaction(message))
    if (isDeepStrictEqual(summary, reactions) || (await setReactions(row, summary))) return
  }
  throw new Unavailable('unable to count the reactions; others have counted them ten times meanwhile')
}

const keyOf = ({ chatRoomId, messageId }: { chatRoomId: string; messageId: string }) => ({ chatRoomId, messageId })
