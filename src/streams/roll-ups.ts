import { forEachLimited } from '../delivery/for-each-limited.ts'
import { groupBy } from '../delivery/group-by.ts'
import { rollUpReactions } from '../rooms/roll-up-reactions.ts'
import type { ReactionChanged } from './changes.ts'

/** A record of a reaction that was added or taken back. */
export interface ReactionRecord extends ReactionChanged {
  sequenceNumber: string
}

const ROLL_UPS_AT_ONCE = 16

/**
 * Writes the summaries of the messages that were reacted to, each once for a batch, whatever the number of its
 * reactions. What is written is a change of the message, whose own record tells everybody.
 *
 * @param onFailed a message whose reactions could not be counted takes its own records along, and no others
 */
export async function rollUp(
  records: readonly ReactionRecord[],
  onFailed: (records: readonly ReactionRecord[], error: unknown) => void,
): Promise<void> {
  const messages = groupBy(records, ({ reaction }) => `${reaction.chatRoomId} ${reaction.messageId}`)
  await forEachLimited([...messages.values()], ROLL_UPS_AT_ONCE, async (ofMessage) => {
    const changes = ofMessage.map(({ reaction, added }) => ({ ...reaction, added }))
    try {
      await rollUpReactions(ofMessage[0]!.reaction, { changes, now: Date.now() })
    } catch (error) {
      onFailed(ofMessage, error)
    }
  })
}
