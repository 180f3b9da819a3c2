import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { Runtime } from '../../local/runtime.ts'
import type { Item } from './table-scan.ts'

/** Moves the item's expiry into the past, and lets the table's sweeper delete it. */
export async function expire(chat: Runtime, { pk, sk }: Item): Promise<void> {
  const past = Math.floor(Date.now() / 1_000) - 10
  await chat.dynamodb.send(
    new UpdateItemCommand({
      TableName: chat.tableName,
      Key: { pk: { S: String(pk) }, sk: { S: String(sk) } },
      UpdateExpression: 'SET expiresAt = :past',
      ExpressionAttributeValues: { ':past': { N: String(past) } },
    }),
  )
  await chat.sweeper.sweep()
}
