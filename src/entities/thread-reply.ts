import { Entity, type EntityItem } from 'electrodb'
import { messageIdOf } from './message.ts'
import { client, own, service, table } from './table.ts'

/**
 * A reply in a thread. The replies of a thread are counted and paged by these rows. Key: ChatRoomId + ThreadId +
 * MessageId, in a partition of the thread's own. The reply itself is an ordinary message of the room. This row is
 * written after it, and deleted when the message is.
 *
 * - AP105 `putReply`: note a reply in a thread
 * - AP106 `removeReply`: remove a reply from its thread
 * - AP107 `repliesBetween`: which replies are in this range, forwards or backwards?
 * - AP108 `everyReply`: how many replies are there, and which are the last?
 */
export const ThreadReply = new Entity(
  {
    model: { entity: 'ThreadReply', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      /** The root's MessageId. */
      threadId: { type: 'string', field: 'ThreadId', required: true },
      messageId: { type: 'string', field: 'MessageId', required: true },
      senderId: { type: 'string', field: 'SenderId', required: true },
      /** The reply's time, epoch milliseconds. */
      at: { type: 'number', field: 'At', required: true },
    },
    indexes: { thread: own('thread', ['chatRoomId', 'threadId'], ['messageId']) },
  },
  { table, client },
)

export type ReplyRow = EntityItem<typeof ThreadReply>

/** A thread, named by its room and the message id of its root. */
export type Thread = Pick<ReplyRow, 'chatRoomId' | 'threadId'>

/** AP105. Notes a reply in a thread. May be repeated. */
export async function putReply(reply: ReplyRow): Promise<void> {
  await ThreadReply.put(reply).go()
}

/** AP106. Removes a reply from its thread. May be repeated. */
export async function removeReply({ chatRoomId, threadId, messageId }: Thread & { messageId: string }): Promise<void> {
  await ThreadReply.delete({ chatRoomId, threadId, messageId }).go()
}

/**
 * AP107. Returns the replies with a seq from `first` to `last`, both inclusive, at most `limit`. Strongly consistent.
 *
 * @returns the replies in the given order
 */
export async function repliesBetween(
  { chatRoomId, threadId }: Thread,
  { first, last, limit, order }: { first: number; last: number; limit: number; order: 'asc' | 'desc' },
): Promise<ReplyRow[]> {
  const { data } = await ThreadReply.query
    .thread({ chatRoomId, threadId })
    .between({ messageId: messageIdOf(first) }, { messageId: messageIdOf(last) })
    .go({ consistent: true, order, limit, count: limit, pages: 'all' })
  return data
}

/**
 * AP108. Returns all replies of a thread, in seq order. Strongly consistent. Costs some 35 read units for a thousand.
 */
export async function everyReply({ chatRoomId, threadId }: Thread): Promise<ReplyRow[]> {
  const { data } = await ThreadReply.query.thread({ chatRoomId, threadId }).go({ consistent: true, pages: 'all' })
  return data
}
