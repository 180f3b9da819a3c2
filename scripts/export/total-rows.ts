import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Scope } from '../../src/archive/pages.ts'

/**
 * Returns about how many rows will be read, for the progress: a room's messages, or the whole table, which AWS counts
 * every six hours. Returns undefined if the number is unknown or the caller may not ask for it.
 *
 * @throws Error if there is no such room
 */
export async function totalRows(scope: Scope): Promise<number | undefined> {
  if ('chatRoomId' in scope) {
    const { getRoom } = await import('../../src/entities/chat-room.ts')
    const room = await getRoom(scope.chatRoomId)
    if (room === undefined) throw new Error(`unable to export; there is no room ${scope.chatRoomId}`)
    return room.headSeq + 1
  }
  try {
    const client = new DynamoDBClient({})
    const { Table } = await client.send(new DescribeTableCommand({ TableName: process.env.TABLE_NAME }))
    return Table?.ItemCount || undefined
  } catch {
    return undefined
  }
}
