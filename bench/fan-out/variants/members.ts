/**
 * The per-member pattern: puts the message, queries the room's members, then queries each member's connections and
 * posts to them with the SDK's client. Faster than the samples that use the pattern: it queries all members at the same
 * time instead of one after the other, creates its clients once, and reads nothing else.
 */
import { paginateQuery, QueryCommand } from '@aws-sdk/client-dynamodb'
import { frameOf } from '../message.ts'
import { client, makeTable, putAll, putMessage } from './sample-tables.ts'
import { type Member, serve } from './serve.ts'
import { stockPost } from './stock-post.ts'

const membersTable = (chatRoomId: string) => `members-${chatRoomId}`
const connectionsTable = (chatRoomId: string) => `members-${chatRoomId}-connections`
const messagesTable = (chatRoomId: string) => `members-${chatRoomId}-messages`

serve({ client, seed, send })

async function seed(chatRoomId: string, members: readonly Member[]): Promise<void> {
  await makeTable(membersTable(chatRoomId), 'chatRoomId', 'userId')
  await makeTable(connectionsTable(chatRoomId), 'connectionId', undefined, 'userId')
  await makeTable(messagesTable(chatRoomId), 'chatRoomId', 'sentAt')
  const at = new Date().toISOString()
  await putAll(
    membersTable(chatRoomId),
    members.map(({ userId }) => ({ chatRoomId, userId, joinedAt: at })),
  )
  await putAll(
    connectionsTable(chatRoomId),
    members.map((member) => ({ ...member, connectedAt: at })),
  )
}

async function send(chatRoomId: string, content: string): Promise<void> {
  await putMessage(messagesTable(chatRoomId), chatRoomId, content)
  const userIds = await membersOf(chatRoomId)
  const frame = frameOf(chatRoomId, content)
  await Promise.all(
    userIds.map(async (userId) => {
      const connectionIds = await connectionsOf(chatRoomId, userId)
      await Promise.all(connectionIds.map((connectionId) => stockPost(connectionId, frame)))
    }),
  )
}

async function membersOf(chatRoomId: string): Promise<string[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: membersTable(chatRoomId),
      KeyConditionExpression: 'chatRoomId = :room',
      ExpressionAttributeValues: { ':room': { S: chatRoomId } },
    },
  )
  const found: string[] = []
  for await (const { Items = [] } of pages) found.push(...Items.map(({ userId }) => userId!.S!))
  return found
}

async function connectionsOf(chatRoomId: string, userId: string): Promise<string[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: connectionsTable(chatRoomId),
      IndexName: 'userId',
      KeyConditionExpression: 'userId = :user',
      ExpressionAttributeValues: { ':user': { S: userId } },
    }),
  )
  return Items.map(({ connectionId }) => connectionId!.S!)
}
