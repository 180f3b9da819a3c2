import { isDeepStrictEqual } from 'node:util'
import { getMessage, setReactions } from '../entities/message.ts'
import { deleteReactions, everyReaction } from '../entities/reaction.ts'
import { hourlyJobItem, putJob } from '../entities/job.ts'
import { Unavailable } from '../errors.ts'
import { changedSummary, type ReactionChange, summaryOf, totalOf } from './reaction-summary.ts'

/** Above so many reactions only the changes are added, and the janitor counts again after an hour. */
const MAX_COUNTED = 1_000

/** Roll-ups of one message run one after the other but for retries, so one that loses twice is rare. */
const MAX_ATTEMPTS = 10

/**
 * Writes what the reactions to a message come to now, if that is not what it says already. The rows are counted again,
 * after the message was read and under a lock, so it does not matter how often or in which order this is done. AP21,
 * AP102, AP113, AP122; AP104 for reactions to a message that is gone.
 *
 * @param batch the changes that were made, and the time; without them, everything is counted again, however much it is
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
    // Before the changes are added, so that no sum of changes is left without a count.
    if (toAdd) await putJob(hourlyJobItem('recountReactions', keyOf(message), toAdd.now))
    const summary = toAdd ? changedSummary(reactions, toAdd.changes) : summaryOf(await everyReaction(message))
    if (isDeepStrictEqual(summary, reactions) || (await setReactions(row, summary))) return
  }
  throw new Unavailable('unable to count the reactions; others have counted them ten times meanwhile')
}

const keyOf = ({ chatRoomId, messageId }: { chatRoomId: string; messageId: string }) => ({ chatRoomId, messageId })
