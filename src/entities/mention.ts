import { Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import { client, own, service, table } from './table.ts'
import { untilProcessed } from './until-processed.ts'

/**
 * A mention of a member in a message. Key: UserId + the message's time, room and seq, in a partition of the user's own.
 * TTL deletes it after 90 days.
 *
 * - AP109 `putMentions`: note that this message mentions these users
 * - AP110 `deleteMentions`: forget that this message mentions these users
 * - AP111 `mentionsOf`: where was this user mentioned? (a page, the newest first)
 * - AP112 `deleteMentionsIn`: forget the mentions in a room that this user has left
 */
export const Mention = new Entity(
  {
    model: { entity: 'Mention', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      /** The message's time, epoch milliseconds. */
      timestamp: { type: 'number', field: 'Timestamp', required: true, padding: { length: 13, char: '0' } },
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      messageId: { type: 'string', field: 'MessageId', required: true },
      senderId: { type: 'string', field: 'SenderId', required: true },
      /** Epoch seconds, the table's TTL: 90 days. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { user: own('mentions', ['userId'], ['timestamp', 'chatRoomId', 'messageId']) },
  },
  { table, client },
)

export type MentionRow = EntityItem<typeof Mention>

/** The message that a mention is in. */
export type Mentioning = Pick<MentionRow, 'chatRoomId' | 'messageId' | 'senderId' | 'timestamp'>

const DAYS_90_SECONDS = 90 * 24 * 60 * 60

/** AP109. Writes the mentions of these users in a message. May be repeated. */
export async function putMentions(message: Mentioning, userIds: readonly string[]): Promise<void> {
  const { chatRoomId, messageId, senderId, timestamp } = message
  const expiresAt = Math.ceil(timestamp / 1_000) + DAYS_90_SECONDS
  const rows = userIds.map((userId) => ({ userId, chatRoomId, messageId, senderId, timestamp, expiresAt }))
  await untilProcessed(rows, async (left) => {
    const { unprocessed } = await Mention.put(left).go({ concurrent: 4 })
    return { unprocessed: unprocessed as MentionRow[] }
  })
}

type Key = Pick<MentionRow, 'userId' | 'timestamp' | 'chatRoomId' | 'messageId'>

/** AP110. Deletes the mentions of these users in a message. May be repeated. */
export async function deleteMentions(message: Omit<Mentioning, 'senderId'>, userIds: readonly string[]): Promise<void> {
  const { chatRoomId, messageId, timestamp } = message
  await deleteAll(userIds.map((userId) => ({ userId, chatRoomId, messageId, timestamp })))
}

async function deleteAll(keys: readonly Key[]): Promise<void> {
  await untilProcessed(keys, async (left) => {
    const { unprocessed } = await Mention.delete(left).go({ concurrent: 4 })
    return { unprocessed: unprocessed }
  })
}

/** Where in a user's mentions a page begins. */
type MentionPlace = Omit<Key, 'userId'>

/** Returns a `MentionPlace` as text, which is the sort key. */
export const placeOfMention = ({ timestamp, chatRoomId, messageId }: MentionPlace): string =>
  `${String(timestamp).padStart(13, '0')}#${chatRoomId}#${messageId}`

/** Reads the text that `placeOfMention` makes. */
export function mentionOfPlace(place: string): MentionPlace {
  const [timestamp, chatRoomId, messageId] = place.split('#') as [string, string, string]
  return { timestamp: Number(timestamp), chatRoomId, messageId }
}

/**
 * AP111. Returns a page of a user's mentions, the newest first. Strongly consistent. Expired ones are left out, so a
 * page may have fewer than `limit`.
 *
 * @param page `before` is the `next` of the page before
 */
export async function mentionsOf(
  userId: string,
  { before, limit }: { before?: MentionPlace; limit: number },
  now: number,
): Promise<{ mentions: MentionRow[]; next?: MentionPlace }> {
  const of = Mention.query.user({ userId })
  const { data } = await (before === undefined ? of : of.lt(before)).go({
    consistent: true,
    order: 'desc',
    limit: limit + 1,
    count: limit + 1,
    pages: 'all',
  })
  const some = data.slice(0, limit)
  const mentions = some.filter(({ expiresAt }) => expiresAt * 1_000 > now)
  const next = data.length > limit ? some.at(-1) : undefined
  return { mentions, ...defined({ next }) }
}

/**
 * AP112. Deletes a user's mentions in a room from before a moment (epoch milliseconds). A user who has joined again
 * keeps the later ones.
 */
export async function deleteMentionsIn(chatRoomId: string, userId: string, before: number): Promise<void> {
  const { data } = await Mention.query.user({ userId }).go({ consistent: true, pages: 'all' })
  await deleteAll(data.filter((row) => row.chatRoomId === chatRoomId && row.timestamp < before))
}
