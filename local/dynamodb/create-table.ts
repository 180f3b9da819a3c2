import { isDeepStrictEqual } from 'node:util'
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import type { Stack } from '../../terraform/stack.ts'
import { StartupError } from '../contracts.ts'

/**
 * Creates the table of `terraform/stack.json` (on-demand, with its index, stream and TTL), or uses an existing one with
 * the same schema.
 *
 * @throws StartupError with the differences, if a table of that name has another schema
 */
export async function createTable(
  client: DynamoDBClient,
  stack: Stack['table'],
  tableName: string,
): Promise<{ streamArn: string }> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keySchema(stack),
        AttributeDefinitions: [stack.hashKey, stack.rangeKey, stack.index.hashKey, stack.index.rangeKey].map(
          (AttributeName) => ({ AttributeName, AttributeType: 'S' }),
        ),
        GlobalSecondaryIndexes: [
          {
            IndexName: stack.index.name,
            KeySchema: keySchema(stack.index),
            Projection: { ProjectionType: stack.index.projection },
          },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: stack.streamViewType },
      }),
    )
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: tableName })

  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }))
  if (table?.LatestStreamArn === undefined) throw new StartupError(differs(tableName, ['it has no stream']))
  const differences = [...schemaDifferences(table, stack), ...(await enableTtl(client, stack, tableName))]
  if (differences.length > 0) throw new StartupError(differs(tableName, differences))
  return { streamArn: table.LatestStreamArn }
}

function keySchema(keys: { hashKey: string; rangeKey: string }): KeySchemaElement[] {
  return [
    { AttributeName: keys.hashKey, KeyType: 'HASH' },
    { AttributeName: keys.rangeKey, KeyType: 'RANGE' },
  ]
}

function schemaDifferences(table: TableDescription, stack: Stack['table']): string[] {
  const index = table.GlobalSecondaryIndexes?.[0]
  const typeOf = (name: string) =>
    table.AttributeDefinitions?.find((known) => known.AttributeName === name)?.AttributeType
  const compared: [what: string, wanted: unknown, found: unknown][] = [
    ['keys', keySchema(stack), table.KeySchema],
    ['indexes', [stack.index.name], table.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName) ?? []],
    [`keys of index ${stack.index.name}`, keySchema(stack.index), index?.KeySchema],
    [`projection of index ${stack.index.name}`, stack.index.projection, index?.Projection?.ProjectionType],
    ...[stack.hashKey, stack.rangeKey, stack.index.hashKey, stack.index.rangeKey].map(
      (name) => [`type of ${name}`, 'S', typeOf(name)] as [string, unknown, unknown],
    ),
    ['stream view type', stack.streamViewType, table.StreamSpecification?.StreamViewType],
  ]
  return compared
    .filter(([, wanted, found]) => !isDeepStrictEqual(wanted, found))
    .map(([what, wanted, found]) => `${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
}

async function enableTtl(client: DynamoDBClient, stack: Stack['table'], tableName: string): Promise<string[]> {
  const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }))
  if (ttl?.AttributeName === stack.ttlAttribute) return []
  if (ttl?.AttributeName !== undefined) {
    return [`TTL attribute: "${ttl.AttributeName}" instead of "${stack.ttlAttribute}"`]
  }
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: tableName,
      TimeToLiveSpecification: { Enabled: true, AttributeName: stack.ttlAttribute },
    }),
  )
  return []
}

function differs(tableName: string, differences: string[]): string {
  return (
    `unable to use the table "${tableName}"; it is not the one of terraform/stack.json ` +
    `(${differences.join('; ')}): delete the data directory or name another one in DATA_DIR`
  )
}
