import { Entity, type EntityItem } from 'electrodb'
import { messageIdOf } from './message.ts'
import { client, own, service, table } from './table.ts'

/**
 * That a message is a reply in a thread: what the replies are counted and paged by. Key: ChatRoomId + ThreadId +
 * MessageId, in a partition of the thread's own. The reply itself is an ordinary message of the room; this row follows
 * it, and goes with it.
 *
 * - AP105 `putReply`: is this reply in the thread from now on?
 * - AP106 `removeReply`: not any more?
 * - AP107 `repliesBetween`: which replies are in this range, forwards or backwards?
 * - AP108 `everyReply`: how many are there, and which are the last?
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
      /** Of the reply, epoch milliseconds. */
      at: { type: 'number', field: 'At', required: true },
    },
    indexes: { thread: own('thread', ['chatRoomId', 'threadId'], ['messageId']) },
  },
  { table, client },
)

export type ReplyRow = EntityItem<typeof ThreadReply>

/** A thread, by the room and the root's message id. */
export type Thread = Pick<ReplyRow, 'chatRoomId' | 'threadId'>

/** AP105. */
export async function putReply(reply: ReplyRow): Promise<void> {
  await ThreadReply.put(reply).go()
}

/** AP106. */
export async function removeReply({ chatRoomId, threadId, messageId }: Thread & { messageId: string }): Promise<void> {
  await ThreadReply.delete({ chatRoomId, threadId, messageId }).go()
}

/**
 * AP107. The replies with a seq from `first` to `last`, both inclusive, at most `limit`, consistent.
 *
 * @returns in the order that was asked for
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

/** AP108. In seq order, consistent; some 35 units for a thousand. */
export async function everyReply({ chatRoomId, threadId }: Thread): Promise<ReplyRow[]> {
  const { data } = await ThreadReply.query.thread({ chatRoomId, threadId }).go({ consistent: true, pages: 'all' })
  return data
}
