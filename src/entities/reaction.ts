import { Entity, type EntityItem } from 'electrodb'
import { AFTER_USER_IDS, client, imported, own, service, table } from './table.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * A reaction of a user to a message. The message's summary is counted from these rows. Key: ChatRoomId + MessageId +
 * Reaction + UserId, in a partition of the message's own, so a thousand people a second may react to it.
 *
 * - AP99 `putReaction`: add a reaction of this user
 * - AP100 `removeReaction`: remove a reaction of this user
 * - AP101 `reactionsOf`: who reacted with what? (a page, by reaction and user)
 * - AP102 `everyReaction`: who reacted with what? (all, for the summary)
 * - AP103 `reactionsBy`: with which of these has this user reacted?
 * - AP104 `deleteReactions`: delete all reactions to a message that is gone
 */
export const Reaction = new Entity(
  {
    model: { entity: 'Reaction', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      messageId: { type: 'string', field: 'MessageId', required: true },
      /** The reaction with `%25` for `%` and `%23` for `#`, because in the key a `#` ends it. */
      reaction: { type: 'string', field: 'Reaction', required: true },
      userId: { type: 'string', field: 'UserId', required: true },
      /** Epoch milliseconds. */
      at: { type: 'number', field: 'At', required: true },
      imported,
    },
    indexes: { message: own('reactions', ['chatRoomId', 'messageId'], ['reaction', 'userId']) },
  },
  { table, client },
)

/** A row with the reaction itself, not as it is in the key. */
export type ReactionRow = EntityItem<typeof Reaction>

type MessageKey = Pick<ReactionRow, 'chatRoomId' | 'messageId'>
type Key = Omit<ReactionRow, 'at'>

/** Returns a row as it is written, with the reaction escaped. */
export const inKey = <T extends { reaction: string }>(row: T): T => ({
  ...row,
  reaction: row.reaction.replaceAll('%', '%25').replaceAll('#', '%23'),
})

/** Returns a row that was read, with the reaction itself. */
export const reactionOf = <T extends { reaction: string }>(row: T): T => ({
  ...row,
  reaction: row.reaction.replaceAll('%23', '#').replaceAll('%25', '%'),
})

/** AP99. Adds a reaction. Returns false if the user has already reacted with it. */
export async function putReaction(row: ReactionRow): Promise<boolean> {
  const { rejected } = await Reaction.create(inKey(row)).go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP100. Removes a reaction. Returns false if the user hasn't reacted with it. */
export async function removeReaction(key: Key): Promise<boolean> {
  const { rejected } = await Reaction.remove(inKey(key)).go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** A place among a message's reactions. */
export type Reacted = Pick<ReactionRow, 'reaction' | 'userId'>

/** Returns a `Reacted` as text, which is the sort key. */
export const placeOfReacted = (reacted: Reacted): string => `${inKey(reacted).reaction}#${reacted.userId}`

/** Reads the text that `placeOfReacted` makes. */
export function reactedOfPlace(place: string): Reacted {
  const end = place.indexOf('#')
  return reactionOf({ reaction: place.slice(0, end), userId: place.slice(end + 1) })
}

/**
 * AP101. Returns a page of the reactions to a message, by reaction and user. Strongly consistent.
 *
 * @param page `reaction` limits the page to one reaction; `after` is the `next` of the page before
 */
export async function reactionsOf(
  { chatRoomId, messageId }: MessageKey,
  { reaction, after, limit }: { reaction?: string; after?: Reacted; limit: number },
): Promise<{ reactions: ReactionRow[]; next?: Reacted }> {
  const of = Reaction.query.message({ chatRoomId, messageId })
  const query =
    reaction !== undefined
      ? of.between(
          inKey({ reaction, userId: after === undefined ? ' ' : `${after.userId}\u0000` }),
          inKey({ reaction, userId: AFTER_USER_IDS }),
        )
      : after === undefined
        ? of
        : of.gt(inKey(after))
  const { data } = await query.go({ consistent: true, limit: limit + 1, count: limit + 1, pages: 'all' })
  const reactions = data.slice(0, limit).map(reactionOf)
  const last = reactions.at(-1)
  if (data.length <= limit || last === undefined) return { reactions }
  return { reactions, next: { reaction: last.reaction, userId: last.userId } }
}

/** AP102. Returns all reactions to a message. Strongly consistent. Costs some 35 read units for a thousand. */
export async function everyReaction({ chatRoomId, messageId }: MessageKey): Promise<ReactionRow[]> {
  const { data } = await Reaction.query.message({ chatRoomId, messageId }).go({ consistent: true, pages: 'all' })
  return data.map(reactionOf)
}

/** AP103. Returns those of these reactions that the user has made, in no order. Strongly consistent. */
export async function reactionsBy(userId: string, of: readonly Omit<Key, 'userId'>[]): Promise<Omit<Key, 'userId'>[]> {
  const found: Omit<Key, 'userId'>[] = []
  await untilProcessed(of, async (left) => {
    const { data, unprocessed } = await Reaction.get(left.map((one) => inKey({ ...one, userId }))).go({
      consistent: true,
      concurrent: 4,
    })
    found.push(...data.map(reactionOf))
    return { unprocessed: unprocessed.map((key) => reactionOf(key)) }
  })
  return found
}

/** AP104. Deletes the reactions that a message has now. */
export async function deleteReactions(message: MessageKey): Promise<void> {
  await untilProcessed((await everyReaction(message)).map(inKey), async (left) => {
    const { unprocessed } = await Reaction.delete(left).go({ concurrent: 4 })
    return { unprocessed: unprocessed as ReactionRow[] }
  })
}
