import { forEachLimited } from '../delivery/for-each-limited.ts'
import { groupBy } from '../delivery/group-by.ts'
import { rollUpReactions } from '../rooms/roll-up-reactions.ts'
import type { ReactionChanged } from './changes.ts'

/** The record of a reaction that was added or removed. */
export interface ReactionRecord extends ReactionChanged {
  sequenceNumber: string
}

const ROLL_UPS_AT_ONCE = 16

/** Returns the records of each message. */
export const byMessage = (records: readonly ReactionRecord[]): ReactionRecord[][] => [
  ...groupBy(records, ({ reaction }) => `${reaction.chatRoomId} ${reaction.messageId}`).values(),
]

/** Returns how many users have reacted to one message, or taken a reaction back, at most. */
export const reactorsOf = (messages: readonly ReactionRecord[][]): number =>
  Math.max(0, ...messages.map((records) => new Set(records.map(({ reaction }) => reaction.userId)).size))

/**
 * Writes the reaction summaries of messages, each once per batch, however many reactions there are. This changes the
 * message, and the record of that change informs everybody.
 *
 * @param onFailed called with the records of a message whose reactions could not be counted; other messages continue
 */
export async function rollUp(
  messages: readonly ReactionRecord[][],
  onFailed: (records: readonly ReactionRecord[], error: unknown) => void,
): Promise<void> {
  await forEachLimited(messages, ROLL_UPS_AT_ONCE, async (ofMessage) => {
    const changes = ofMessage.map(({ reaction, added }) => ({ ...reaction, added }))
    try {
      await rollUpReactions(ofMessage[0]!.reaction, { changes, now: Date.now() })
    } catch (error) {
      onFailed(ofMessage, error)
    }
  })
}
