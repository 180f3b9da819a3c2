import { expect, test } from 'vitest'
import { TableClient } from '../../src/entities/table-client.ts'

const refusal = (name: string) => Object.assign(new Error('because a test wants it'), { name })

/** Creates a client whose table refuses the first `refusals` requests. */
function givenTable(name: string, refusals: number) {
  const asked: string[] = []
  const client = new TableClient(async (operation) => {
    asked.push(operation)
    if (asked.length <= refusals) throw refusal(name)
    return { Attributes: { HeadSeq: { N: '2' } } }
  })
  return { client, asked }
}

const CONFLICT = 'TransactionConflictException'

test('a write that meets a transaction twice is made', async () => {
  const { client, asked } = givenTable(CONFLICT, 2)
  expect(await client.send('UpdateItem', { Key: { pk: 'a' } })).toEqual({ Attributes: { HeadSeq: 2 } })
  expect(asked).toEqual(['UpdateItem', 'UpdateItem', 'UpdateItem'])
})

test('one that meets transactions three times fails with the last refusal', async () => {
  const { client, asked } = givenTable(CONFLICT, 3)
  await expect(client.send('PutItem', { Item: { pk: 'a' } })).rejects.toMatchObject(refusal(CONFLICT))
  expect(asked).toHaveLength(3)
})

test.each(['ConditionalCheckFailedException', 'TransactionCanceledException', 'ValidationException'])(
  '%s is final',
  async (name) => {
    const { client, asked } = givenTable(name, 1)
    await expect(client.send('PutItem', { Item: { pk: 'a' } })).rejects.toMatchObject(refusal(name))
    expect(asked).toHaveLength(1)
  },
)
