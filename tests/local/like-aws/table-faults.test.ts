import { expect, test } from 'vitest'
import { seededRandom } from '../../../bench/simulation/seeded-random.ts'
import { likeAws } from '../../../local/like-aws/like-aws.ts'
import { divide, type TableInput, TableRefusals } from '../../../local/like-aws/table-faults.ts'

const faults = { ...likeAws(seededRandom(7)), throttled: 0, conflicts: 0, unprocessed: 0 }
const update = (pk: string): TableInput => ({ TableName: 'chat', Key: { pk: { S: pk }, sk: { S: 'a' } } })

test('nothing is refused or left undone when no share says so', () => {
  const refusals = new TableRefusals(faults)
  const input = { TransactItems: [{ Update: update('one') }] }
  expect(refusals.of({ operation: 'TransactWriteItems', input })).toBeUndefined()
  expect(refusals.of({ operation: 'TransactWriteItems', input })).toBeUndefined()
  const batch = { RequestItems: { chat: [{}, {}] } }
  expect(divide({ operation: 'BatchWriteItem', input: batch }, faults)).toEqual({ done: batch })
})

test('any request may be throttled', () => {
  const refusals = new TableRefusals({ ...faults, throttled: 1 })
  for (const operation of ['Query', 'GetItem', 'TransactWriteItems']) {
    expect(refusals.of({ operation, input: update('one') })).toEqual({
      __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
      message: 'The level of configured throughput was exceeded.',
    })
  }
})

test('a write conflicts where a transaction was a moment ago, and nowhere else', () => {
  const refusals = new TableRefusals({ ...faults, conflicts: 1 })
  const transaction = { TransactItems: [{ Update: update('one') }, { ConditionCheck: update('two') }] }
  expect(refusals.of({ operation: 'UpdateItem', input: update('one') })).toBeUndefined()
  expect(refusals.of({ operation: 'TransactWriteItems', input: transaction })).toBeUndefined()
  expect(refusals.of({ operation: 'UpdateItem', input: update('three') })).toBeUndefined()
  expect(refusals.of({ operation: 'GetItem', input: update('one') })).toBeUndefined()
  expect(refusals.of({ operation: 'UpdateItem', input: update('one') })).toMatchObject({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException',
  })
  const { pk, sk } = update('two').Key as { pk: unknown; sk: unknown }
  expect(refusals.of({ operation: 'PutItem', input: { Item: { pk, sk } } })).toMatchObject({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException',
  })
  expect(refusals.of({ operation: 'TransactWriteItems', input: transaction })).toEqual({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]',
    CancellationReasons: [
      { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
      { Code: 'None' },
    ],
  })
})

test.for([
  ['BatchWriteItem', 'UnprocessedItems', { chat: [{ a: 1 }, { a: 2 }, { a: 3 }] }],
  ['BatchGetItem', 'UnprocessedKeys', { chat: { Keys: [{ a: 1 }, { a: 2 }, { a: 3 }], ConsistentRead: true } }],
] as const)('of a %s a part comes back undone, and nothing is lost or done twice', ([operation, name, items]) => {
  const all = (asked: object | undefined) => {
    const { chat } = (asked ?? {}) as { chat?: object[] | { Keys: object[] } }
    return chat === undefined ? [] : 'Keys' in chat ? chat.Keys : chat
  }
  const seen = new Set<number>()
  for (let i = 0; i < 50; i++) {
    const input = { RequestItems: items as unknown as NonNullable<TableInput['RequestItems']> }
    const { done, undone } = divide({ operation, input }, { ...faults, unprocessed: 1 })
    const rest = all((undone as Record<string, object> | undefined)?.[name])
    expect([...all(done.RequestItems), ...rest]).toEqual(all(items))
    expect(all(done.RequestItems).length).toBeGreaterThan(0)
    seen.add(rest.length)
  }
  expect([...seen].sort()).toEqual([0, 1, 2])
})
