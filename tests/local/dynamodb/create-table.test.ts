import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { StartupError } from '../../../local/contracts.ts'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { client, newTable, stackTable } from './table.ts'

test('the table has the keys, index, stream and TTL of stack.json', async () => {
  const { tableName, streamArn } = await newTable()
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }))
  expect(Table).toMatchObject({
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    KeySchema: [{ AttributeName: 'pk' }, { AttributeName: 'sk' }],
    GlobalSecondaryIndexes: [
      { IndexName: 'gsi1', KeySchema: [{ AttributeName: 'gsi1pk' }, { AttributeName: 'gsi1sk' }] },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    LatestStreamArn: streamArn,
  })
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }))
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' })
})

test('the same table is taken as it is', async () => {
  const { tableName, streamArn } = await newTable()
  expect(await createTable(client, stackTable, tableName)).toEqual({ streamArn })
})

test.each([
  ['keys', { ...stackTable, hashKey: 'id' }, /keys: .*"pk".* instead of .*"id"/],
  [
    'index',
    { ...stackTable, index: { ...stackTable.index, name: 'gsi2' } },
    /indexes: \["gsi1"\] instead of \["gsi2"\]/,
  ],
  ['TTL attribute', { ...stackTable, ttlAttribute: 'ttl' }, /TTL attribute: "expiresAt" instead of "ttl"/],
])('a table with other %s is a startup error that says so', async (_what, other, message) => {
  const { tableName } = await newTable()
  const error: unknown = await createTable(client, other, tableName).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StartupError)
  expect((error as Error).message).toMatch(message)
})
