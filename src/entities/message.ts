import { Entity } from 'electrodb'
import { untilProcessed } from './batch.ts'
import { client, primary, service, table } from './table.ts'

/**
 * A message, or a place that stays empty. Key: ChatRoomId + MessageId, in the room's partition, in seq order.
 *
 * - AP19 `putMessage`: keep a message at its place
 * - AP20 `sealHole`: nothing will ever stand at this place
 * - AP21 `getMessage`: what stands at this place?
 * - AP22 `messagesBetween`: what was said, forwards or backwards?
 * - AP34 `getMessages`: what was said at these places?
 */
export const Message = new Entity(
  {
    model: { entity: 'Message', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      messageId: { type: 'string', field: 'MessageId', required: true },
      /** `hole`: a number was handed out, and no message will come; readers pass it over. */
      kind: { type: ['text', 'broadcast', 'file', 'hole'] as const, field: 'Kind', required: true },
      senderId: { type: 'string', field: 'SenderId', required: true },
      content: { type: 'string', field: 'Content', required: true },
      /** Epoch milliseconds, by the server's clock. */
      timestamp: { type: 'number', field: 'Timestamp', required: true },
      clientMessageId: { type: 'string', field: 'ClientMessageId' },
      /** The sending connection: it has the reply, so it gets no event of a `text`. */
      originConnectionId: { type: 'string', field: 'OriginConnectionId' },
      /** The file's S3 URI; signed whenever it is given out, for a signed URL kept here would outlive its signature. */
      fileUrl: { type: 'string', field: 'FileUrl' },
      uploadId: { type: 'string', field: 'UploadId' },
      fileName: { type: 'string', field: 'FileName' },
      contentType: { type: 'string', field: 'ContentType' },
      size: { type: 'number', field: 'Size' },
    },
    indexes: { room: primary(['chatRoomId'], ['messageId']) },
  },
  { table, client },
)

export interface MessageRow {
  chatRoomId: string
  messageId: string
  kind: 'text' | 'broadcast' | 'file' | 'hole'
  senderId: string
  content: string
  timestamp: number
  clientMessageId?: string
  originConnectionId?: string
  fileUrl?: string
  uploadId?: string
  fileName?: string
  contentType?: string
  size?: number
}

const WIDTH = 16

/** `seq` as 16 digits: strings of one width sort as the numbers do. */
export const messageIdOf = (seq: number): string => String(seq).padStart(WIDTH, '0')

export const seqOf = (message: { messageId: string }): number => Number(message.messageId)

/**
 * AP19. Answers `sealed` when a reader has meanwhile declared the place empty: then the message needs another number.
 * A message found at the place is our own, kept by an attempt whose answer was lost: a number is handed out once.
 */
export async function putMessage(message: MessageRow): Promise<'kept' | 'sealed'> {
  const { rejected, data } = await Message.create(message).go({ returnOnConditionCheckFailure: 'all_old' })
  return rejected && data?.kind === 'hole' ? 'sealed' : 'kept'
}

const hole = (chatRoomId: string, seq: number, now: number): MessageRow => ({
  chatRoomId,
  messageId: messageIdOf(seq),
  kind: 'hole',
  senderId: '',
  content: '',
  timestamp: now,
})

/** AP20. Answers with the message when it came first after all. */
export async function sealHole(chatRoomId: string, seq: number, now: number): Promise<MessageRow | undefined> {
  const { rejected, data } = await Message.create(hole(chatRoomId, seq, now)).go({
    returnOnConditionCheckFailure: 'all_old',
  })
  return rejected && data !== null && data.kind !== 'hole' ? data : undefined
}

/** AP21. */
export async function getMessage(chatRoomId: string, messageId: string): Promise<MessageRow | undefined> {
  const { data } = await Message.get({ chatRoomId, messageId }).go({ consistent: true })
  return data === null || data.kind === 'hole' ? undefined : data
}

/**
 * AP22. Places (messages and holes) of `first` to `last`, both inclusive, at most `limit`. `between`, since an open
 * range would read into the neighbours of the room's partition.
 */
export async function messagesBetween(
  chatRoomId: string,
  { first, last, limit, order }: { first: number; last: number; limit: number; order: 'asc' | 'desc' },
): Promise<MessageRow[]> {
  const { data } = await Message.query
    .room({ chatRoomId })
    .between({ messageId: messageIdOf(first) }, { messageId: messageIdOf(last) })
    .go({ consistent: true, order, limit, count: limit, pages: 'all' })
  return data
}

/** AP34. Of these places, those with a message; no order. */
export async function getMessages(chatRoomId: string, seqs: readonly number[]): Promise<MessageRow[]> {
  const messages: MessageRow[] = []
  const ids = [...new Set(seqs)].map(messageIdOf)
  await untilProcessed(ids, async (left) => {
    const { data, unprocessed } = await Message.get(left.map((messageId) => ({ chatRoomId, messageId }))).go({
      consistent: true,
      concurrent: 4,
    })
    messages.push(...data.filter((message) => message.kind !== 'hole'))
    return { unprocessed: unprocessed.map(({ messageId }) => messageId) }
  })
  return messages
}
