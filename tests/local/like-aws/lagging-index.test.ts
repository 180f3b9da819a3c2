import { database, tableName } from '../../support/own-table.ts'
import { type _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { LaggingIndex } from '../../../local/like-aws/lagging-index.ts'
import { likeAws } from '../../../local/like-aws/like-aws.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { quietLog } from '../../support/quiet-log.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const record = (pk: string, value?: string): StreamRecord => {
  const Keys = { pk: { S: pk }, sk: { S: 'a' } }
  return { dynamodb: { Keys, ...(value === undefined ? {} : { NewImage: { ...Keys, value: { S: value } } }) } }
}

const items = async () => {
  const { Items = [] } = await database.send(new ScanCommand({ TableName: tableName, ConsistentRead: true }))
  return Object.fromEntries(Items.map(({ pk, value }) => [String(pk!.S), value!.S]))
}

test('the copy is behind, and ends as the table: the later record of an item overtakes none', async () => {
  // The first copy of an item waits longest.
  const delays = [1, 0]
  const random = vi.fn(() => delays.shift() ?? 0)
  const faults = { ...likeAws(random), indexLagMs: 300 }
  const index = new LaggingIndex({ client: database, tableName, faults, log: quietLog })
  onTestFinished(() => index.close())
  index.see(record('one', 'first'))
  index.see(record('one', 'second'))
  index.see(record('two', 'only'))
  await expect.poll(items).toEqual({ two: 'only' })
  await expect.poll(items).toEqual({ one: 'second', two: 'only' })
  index.see(record('one'))
  await expect.poll(items).toEqual({ two: 'only' })
})
