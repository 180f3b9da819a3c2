import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { forEachLimited } from '../../../src/delivery/for-each-limited.ts'

/** The samples' client, without the warning that thousands of requests wait for its sockets. */
export const client = new DynamoDBClient({ requestHandler: { socketAcquisitionWarningTimeout: 3_600_000 } })

const PER_BATCH = 25
const BATCHES_AT_ONCE = 8

type Row = Record<string, string>

const itemOf = (row: Row): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, { S: value }]))

/** Creates an on-demand table whose keys are strings. */
export async function makeTable(name: string, hash: string, range?: string, index?: string): Promise<void> {
  const keys = [hash, range, index].filter((key) => key !== undefined)
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: hash, KeyType: 'HASH' },
        ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
      ],
      ...(index === undefined
        ? {}
        : {
            GlobalSecondaryIndexes: [
              {
                IndexName: index,
                KeySchema: [{ AttributeName: index, KeyType: 'HASH' as const }],
                Projection: { ProjectionType: 'ALL' as const },
              },
            ],
          }),
    }),
  )
}

export async function putAll(table: string, rows: readonly Row[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(rows.length / PER_BATCH) }, (_, i) =>
    rows.slice(i * PER_BATCH, (i + 1) * PER_BATCH),
  )
  await forEachLimited(batches, BATCHES_AT_ONCE, async (batch) => {
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({
        RequestItems: { [table]: batch.map((row) => ({ PutRequest: { Item: itemOf(row) } })) },
      }),
    )
    if (Object.keys(UnprocessedItems).length > 0)
      throw new Error(`unable to fill ${table}; some rows were not processed`)
  })
}

/** Stores a message as one item, as the samples do. */
export async function putMessage(table: string, chatRoomId: string, content: string): Promise<void> {
  const Item = itemOf({ chatRoomId, sentAt: String(performance.now()), senderId: 'user-0', content })
  await client.send(new PutItemCommand({ TableName: table, Item }))
}
