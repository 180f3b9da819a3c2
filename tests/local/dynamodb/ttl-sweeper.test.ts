import { type AttributeValue, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, test } from 'vitest'
import { TtlDeletions } from '../../../local/dynamodb/ttl-deletions.ts'
import { startTtlSweeper } from '../../../local/dynamodb/ttl-sweeper.ts'
import { client, clientConfig, newTable, stackTable } from './table.ts'
import { quietLog } from '../../support/quiet-log.ts'

const NOW_SECONDS = 1_800_000_000
const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } })

async function given(items: Record<string, AttributeValue | undefined>, sweepingClient = client) {
  const { tableName } = await newTable()
  for (const [sk, expiresAt] of Object.entries(items)) {
    await client.send(
      new PutItemCommand({ TableName: tableName, Item: { ...key(sk), ...(expiresAt && { expiresAt }) } }),
    )
  }
  const ttlDeletions = new TtlDeletions()
  const sweeper = startTtlSweeper({
    client: sweepingClient,
    tableName,
    stackTable,
    everyMs: 1_000_000,
    ttlDeletions,
    log: quietLog,
    now: () => NOW_SECONDS * 1000,
  })
  const left = async () => {
    const { Items } = await client.send(new ScanCommand({ TableName: tableName }))
    return (Items ?? []).map((item) => item.sk?.S).sort()
  }
  return { tableName, ttlDeletions, sweeper, left }
}

describe('sweep', () => {
  test('deletes what has expired and nothing else, and expects its REMOVE records', async () => {
    const { sweeper, left, ttlDeletions } = await given({
      expired: { N: String(NOW_SECONDS - 1) },
      'expiring now': { N: String(NOW_SECONDS) },
      later: { N: String(NOW_SECONDS + 60) },
      never: undefined,
      'a string': { S: String(NOW_SECONDS - 1) },
      'more than five years ago': { N: String(NOW_SECONDS - 6 * 365 * 86_400) },
    })
    expect(await sweeper.sweep()).toBe(1)
    expect(await left()).toEqual(['a string', 'expiring now', 'later', 'more than five years ago', 'never'])
    expect(ttlDeletions.isOne(key('never'), 'e0')).toBe(false)
    // Each reader of the stream asks about each record.
    for (const _ of ['deliveries', 'followups']) expect(ttlDeletions.isOne(key('expired'), 'e1')).toBe(true)
    expect(ttlDeletions.isOne(key('expired'), 'e2')).toBe(false)
    await sweeper.close()
  })

  test('leaves an item that is prolonged between reading and deleting', async () => {
    const prolonging = new DynamoDBClient(clientConfig)
    const { sweeper, left, ttlDeletions, tableName } = await given({ a: { N: String(NOW_SECONDS - 1) } }, prolonging)
    prolonging.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'DeleteItemCommand') {
          const Item = { ...key('a'), expiresAt: { N: String(NOW_SECONDS + 60) } }
          await client.send(new PutItemCommand({ TableName: tableName, Item }))
        }
        return next(args)
      },
      { step: 'initialize' },
    )
    expect(await sweeper.sweep()).toBe(0)
    expect(await left()).toEqual(['a'])
    expect(ttlDeletions.take(key('a'))).toBe(false)
    await sweeper.close()
  })
})

describe('between sweeps', () => {
  async function sweeping(everyMs: number) {
    const { tableName, streamArn } = await newTable()
    const scanned: unknown[] = []
    const deleted = new Set<string | undefined>()
    const watched = new DynamoDBClient(clientConfig)
    let onChange = () => {}
    watched.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'ScanCommand') scanned.push(args.input)
        const output = await next(args)
        if (context.commandName === 'DeleteItemCommand') {
          deleted.add((args.input as { Key: Record<string, AttributeValue> }).Key.sk?.S)
        }
        onChange()
        return output
      },
      { step: 'initialize' },
    )
    const put = (sk: string, expiresAt: number) =>
      client.send(
        new PutItemCommand({ TableName: tableName, Item: { ...key(sk), expiresAt: { N: String(expiresAt) } } }),
      )
    const start = () =>
      startTtlSweeper({
        client: watched,
        ...{ tableName, stackTable, everyMs, ttlDeletions: new TtlDeletions(), log: quietLog },
        now: () => NOW_SECONDS * 1000,
      })
    const until = (condition: () => boolean) =>
      new Promise<void>((resolve) => {
        onChange = () => {
          if (condition()) resolve()
        }
        onChange()
      })
    return { streamArn, scanned, deleted, put, start, until }
  }

  test('what the stream tells of is deleted, and the table is read once, 500 items at a time', async () => {
    const { scanned, deleted, put, start, until } = await sweeping(1)
    await put('of an earlier run', NOW_SECONDS - 1)
    const sweeper = start()
    await until(() => deleted.has('of an earlier run'))
    const told = (sk: string, expiresAt?: number) =>
      sweeper.see({
        dynamodb: {
          Keys: key(sk),
          ...(expiresAt === undefined ? {} : { NewImage: { ...key(sk), expiresAt: { N: String(expiresAt) } } }),
        },
      })
    for (const sk of ['expired', 'deleted', 'prolonged']) await put(sk, NOW_SECONDS - 1)
    told('deleted', NOW_SECONDS - 1)
    told('deleted')
    told('prolonged', NOW_SECONDS - 1)
    told('prolonged', NOW_SECONDS + 60)
    told('expired', NOW_SECONDS - 1)
    await until(() => deleted.has('expired'))
    await sweeper.close()
    expect([...deleted].sort()).toEqual(['expired', 'of an earlier run'])
    expect(scanned).toMatchObject([{ Limit: 500 }])
  })
})
