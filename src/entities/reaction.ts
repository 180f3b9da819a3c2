import { Entity, type EntityItem } from 'electrodb'
import { AFTER_USER_IDS, client, imported, own, service, table } from './table.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * Who reacted to a message with what: the truth that the message's summary is counted from. Key: ChatRoomId + MessageId
 * + Reaction + UserId, in a partition of the message's own, so a thousand people a second may react to it.
 *
 * - AP99 `putReaction`: has this user reacted with this from now on, and is it new?
 * - AP100 `removeReaction`: not any more, and had before?
 * - AP101 `reactionsOf`: who reacted with what? (a page, by reaction and user)
 * - AP102 `everyReaction`: the same, all of them, for the summary
 * - AP103 `reactionsBy`: with which of these has this user reacted?
 * - AP104 `deleteReactions`: none from now on, for the message is gone
 */
export const Reaction = new Entity(
  {
    model: { entity: 'Reaction', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      messageId: { type: 'string', field: 'MessageId', required: true },
      /** As it is in the key: `%` and `#` are `%25` and `%23`, because a `#` ends it there. */
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

/** The reaction itself, not as it is in the key. */
export type ReactionRow = EntityItem<typeof Reaction>

type MessageKey = Pick<ReactionRow, 'chatRoomId' | 'messageId'>
type Key = Omit<ReactionRow, 'at'>

/** A row as it is written. */
export const inKey = <T extends { reaction: string }>(row: T): T => ({
  ...row,
  reaction: row.reaction.replaceAll('%', '%25').replaceAll('#', '%23'),
})

/** A row as it was read. */
export const reactionOf = <T extends { reaction: string }>(row: T): T => ({
  ...row,
  reaction: row.reaction.replaceAll('%23', '#').replaceAll('%25', '%'),
})

/** AP99. Returns false when the user has reacted so before. */
export async function putReaction(row: ReactionRow): Promise<boolean> {
  const { rejected } = await Reaction.create(inKey(row)).go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP100. Returns false when the user hasn't reacted so. */
export async function removeReaction(key: Key): Promise<boolean> {
  const { rejected } = await Reaction.remove(inKey(key)).go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** A place among a message's reactions. */
export type Reacted = Pick<ReactionRow, 'reaction' | 'userId'>

/** The same as a text, which is the sort key. */
export const placeOfReacted = (reacted: Reacted): string => `${inKey(reacted).reaction}#${reacted.userId}`

export function reactedOfPlace(place: string): Reacted {
  const end = place.indexOf('#')
  return reactionOf({ reaction: place.slice(0, end), userId: place.slice(end + 1) })
}

/**
 * AP101. Consistent.
 *
 * @param page `reaction` to read of that one only; `after` the last of the page before
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

/** AP102. Consistent; some 35 units for a thousand. */
export async function everyReaction({ chatRoomId, messageId }: MessageKey): Promise<ReactionRow[]> {
  const { data } = await Reaction.query.message({ chatRoomId, messageId }).go({ consistent: true, pages: 'all' })
  return data.map(reactionOf)
}

/** AP103. In no order; those that the user hasn't are left out. */
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

/** AP104. All that stand there now. */
export async function deleteReactions(message: MessageKey): Promise<void> {
  await untilProcessed((await everyReaction(message)).map(inKey), async (left) => {
    const { unprocessed } = await Reaction.delete(left).go({ concurrent: 4 })
    return { unprocessed: unprocessed as ReactionRow[] }
  })
}
