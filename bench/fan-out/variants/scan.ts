/**
 * The pattern of the public samples: puts the message, scans the table of connections, posts to all of them at the same
 * time with the SDK's client. Better than the samples: it reads all pages of the scan (they read only the first), posts
 * only to the room (they post to every connection), and creates its clients once.
 */
import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb'
import { frameOf } from '../message.ts'
import { client, makeTable, putAll, putMessage } from './sample-tables.ts'
import { type Member, serve } from './serve.ts'
import { stockPost } from './stock-post.ts'

/** Connections in the table for each connection of the room. */
const tableFactor = Number(process.env.TABLE_FACTOR)
const tableOf = (chatRoomId: string) => `scan-${String(tableFactor)}-${chatRoomId}`

serve({ client, seed, send })

async function seed(chatRoomId: string, members: readonly Member[]): Promise<void> {
  await makeTable(tableOf(chatRoomId), 'connectionId')
  await makeTable(`${tableOf(chatRoomId)}-messages`, 'chatRoomId', 'sentAt')
  const connectedAt = new Date().toISOString()
  const own = members.map((member) => ({ ...member, chatRoomId, connectedAt }))
  const others = Array.from({ length: tableFactor - 1 }, (_, i) =>
    own.map((row) => ({ ...row, connectionId: `${String(i)}${row.connectionId}`, chatRoomId: `other-${String(i)}` })),
  )
  await putAll(tableOf(chatRoomId), [...own, ...others.flat()])
}

async function send(chatRoomId: string, content: string): Promise<void> {
  await putMessage(`${tableOf(chatRoomId)}-messages`, chatRoomId, content)
  const connectionIds = await connectionsOf(chatRoomId)
  const frame = frameOf(chatRoomId, content)
  await Promise.all(connectionIds.map((connectionId) => stockPost(connectionId, frame)))
}

async function connectionsOf(chatRoomId: string): Promise<string[]> {
  const found: string[] = []
  let page: ScanCommandOutput | undefined
  do {
    page = await client.send(
      new ScanCommand({
        TableName: tableOf(chatRoomId),
        ProjectionExpression: 'connectionId',
        FilterExpression: 'chatRoomId = :room',
        ExpressionAttributeValues: { ':room': { S: chatRoomId } },
        ...(page?.LastEvaluatedKey && { ExclusiveStartKey: page.LastEvaluatedKey }),
      }),
    )
    found.push(...(page.Items ?? []).map(({ connectionId }) => connectionId!.S!))
  } while (page.LastEvaluatedKey)
  return found
}
