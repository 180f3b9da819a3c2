import { BatchWriteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { Runtime } from '../../local/runtime.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { Message, messageIdOf } from '../../src/entities/message.ts'

const BATCH = 25
const BATCHES_AT_ONCE = 8

interface Past {
  senderId: string
  content: string
  /** Epoch ms. */
  timestamp: number
}

/** Messages of long ago, as an import has them: the stream tells nobody. The room must have none yet. */
export async function fillRoom(chat: Runtime, chatRoomId: string, past: readonly Past[]): Promise<void> {
  const items = past.map(
    (said, i) =>
      Message.put({ chatRoomId, messageId: messageIdOf(i + 1), kind: 'text', imported: true, ...said }).params<{
        Item: Record<string, unknown>
      }>().Item,
  )
  const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, i) =>
    items.slice(i * BATCH, (i + 1) * BATCH),
  )
  const queue = batches.values()
  const worker = async () => {
    for (const batch of queue) await write(chat, batch)
  }
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, worker))
  await raiseHead(chat, chatRoomId, past.length)
}

async function write({ dynamodb, tableName }: Runtime, items: readonly Record<string, unknown>[]): Promise<void> {
  const requests = items.map((item) => ({ PutRequest: { Item: marshall(item) } }))
  const { UnprocessedItems = {} } = await dynamodb.send(
    new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }),
  )
  if (Object.keys(UnprocessedItems).length > 0) throw new Error('unable to fill the room; the table was throttled')
}

async function raiseHead({ dynamodb, tableName }: Runtime, chatRoomId: string, head: number): Promise<void> {
  const { Key } = ChatRoom.get({ chatRoomId }).params<{ Key: Record<string, unknown> }>()
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: marshall(Key),
      UpdateExpression: 'SET HeadSeq = :head',
      ExpressionAttributeValues: marshall({ ':head': head }),
    }),
  )
}
