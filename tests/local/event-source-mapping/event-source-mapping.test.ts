import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AttributeValue, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TtlDeletions } from '../../../local/dynamodb/ttl-deletions.ts'
import { startTtlSweeper } from '../../../local/dynamodb/ttl-sweeper.ts'
import { client, newTable, stackTable, streamsClient } from '../dynamodb/table.ts'
import { failing, gate, givenMapping, plainMapping, sortKeys } from './given-mapping.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { quietLog } from '../../support/quiet-log.ts'

async function givenTable() {
  const { tableName, streamArn } = await newTable()
  const put = (sk: string, attributes: Record<string, AttributeValue> = {}) =>
    client.send(new PutItemCommand({ TableName: tableName, Item: { pk: { S: 'p' }, sk: { S: sk }, ...attributes } }))
  const putAll = async (sks: string[]) => {
    for (const sk of sks) await put(sk)
  }
  const remove = (sk: string) =>
    client.send(new DeleteItemCommand({ TableName: tableName, Key: { pk: { S: 'p' }, sk: { S: sk } } }))
  return { tableName, wiring: { streamsClient, streamArn }, put, putAll, remove }
}

const scratchFile = () => join(temporaryFolder(), 'checkpoint.json')

const letters = (count: number) => Array.from({ length: count }, (_, index) => String.fromCharCode(97 + index))

describe('records', () => {
  test("have Lambda's shape, binary values in base64, our region and times in seconds", async () => {
    const { wiring, put, remove } = await givenTable()
    const { mapping, batches } = await givenMapping(wiring)
    const bytes = Buffer.from('hey')
    await put('a', { B: { B: bytes }, BS: { BS: [bytes] }, L: { L: [{ M: { b: { B: bytes }, n: { N: '1' } } }] } })
    await put('a', { Name: { S: 'Ada' }, Yes: { BOOL: true }, Nil: { NULL: true } })
    await remove('a')
    await mapping.idle()

    const [insert, modify, removal] = batches.flat()
    const keys = { pk: { S: 'p' }, sk: { S: 'a' } }
    const first = {
      ...keys,
      B: { B: 'aGV5' },
      BS: { BS: ['aGV5'] },
      L: { L: [{ M: { b: { B: 'aGV5' }, n: { N: '1' } } }] },
    }
    const second = { ...keys, Name: { S: 'Ada' }, Yes: { BOOL: true }, Nil: { NULL: true } }
    expect(insert).toEqual({
      eventID: expect.any(String) as string,
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      eventSourceARN: wiring.streamArn.replace('ddblocal', 'eu-west-1'),
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number) as number,
        Keys: keys,
        NewImage: first,
        SequenceNumber: expect.stringMatching(/^\d+$/) as string,
        SizeBytes: expect.any(Number) as number,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    })
    const age = Date.now() / 1000 - (insert?.dynamodb?.ApproximateCreationDateTime ?? 0)
    expect(age).toBeLessThan(120)
    expect(modify).toMatchObject({ eventName: 'MODIFY', dynamodb: { OldImage: first, NewImage: second } })
    expect(removal).toMatchObject({ eventName: 'REMOVE', dynamodb: { OldImage: second } })
    expect(removal).not.toHaveProperty('userIdentity')
    expect(removal).not.toHaveProperty('dynamodb.NewImage')
  })

  test("that the TTL sweeper caused are marked as the service's, and only those", async () => {
    const { tableName, wiring, put, remove } = await givenTable()
    const ttlDeletions = new TtlDeletions()
    const sweeper = startTtlSweeper({ client, tableName, stackTable, everyMs: 1e6, ttlDeletions, log: quietLog })
    onTestFinished(() => sweeper.close())
    const { mapping, batches } = await givenMapping(wiring, { filters: [{ eventName: ['REMOVE'] }] }, undefined, {
      ttlDeletions,
    })
    await put('expired', { expiresAt: { N: String(Math.floor(Date.now() / 1000) - 10) } })
    await put('removed')
    expect(await sweeper.sweep()).toBe(1)
    await remove('removed')
    await mapping.idle()

    expect(
      batches.flat().map(({ dynamodb, userIdentity }) => [dynamodb?.Keys?.sk?.S, userIdentity as unknown]),
    ).toEqual([
      ['expired', { type: 'Service', principalId: 'dynamodb.amazonaws.com' }],
      ['removed', undefined],
    ])
  })

  test('that no filter lets pass invoke nothing and count as worked', async () => {
    const { wiring, put } = await givenTable()
    const checkpointFile = scratchFile()
    const filters = [{ dynamodb: { NewImage: { Kind: { S: ['wanted'] } } } }]
    const { mapping, batches } = await givenMapping(wiring, { filters }, undefined, { checkpointFile })
    await put('a', { Kind: { S: 'wanted' } })
    await mapping.idle()
    await put('b', { Kind: { S: 'other' } })
    await mapping.idle()
    await mapping.close()
    expect(batches.map(sortKeys)).toEqual([['a']])
    const { shards } = JSON.parse(await readFile(checkpointFile, 'utf8')) as {
      shards: Record<string, { after: string }>
    }
    const worked = batches[0]?.[0]?.dynamodb?.SequenceNumber ?? ''
    expect(Object.values(shards).every(({ after }) => after > worked)).toBe(true)
  })
})

describe('batches', () => {
  test('have at most batchSize records, in order', async () => {
    const { wiring, putAll } = await givenTable()
    await putAll(letters(7))
    const { mapping, batches } = await givenMapping(wiring, { batchSize: 3 })
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']])
  })

  test('have at most 6 MB', async () => {
    const { wiring, put } = await givenTable()
    const text = { S: 'x'.repeat(390_000) }
    for (const sk of letters(17)) await put(sk, { text })
    const { mapping, batches } = await givenMapping(wiring)
    await mapping.idle()
    expect(batches.flatMap(sortKeys)).toEqual(letters(17))
    const sizes = batches.map((Records) => JSON.stringify({ Records }).length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024)
    expect(Math.max(...sizes)).toBeGreaterThan(5.5 * 1024 * 1024)
  })

  test('wait for the batching window to fill', async () => {
    const { wiring, put } = await givenTable()
    const { mapping, batches } = await givenMapping(wiring, { maximumBatchingWindowInSeconds: 300, batchSize: 2 })
    await put('a')
    // When a second table's stream is drained, the first had every chance to invoke.
    const other = await givenTable()
    await other.put('z')
    const otherMapping = await givenMapping(other.wiring)
    await otherMapping.mapping.idle()
    expect(batches).toEqual([])
    await put('b')
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['a', 'b']])
  })

  test('go out when the batching window is over', async () => {
    const { wiring, put } = await givenTable()
    const { mapping, batches } = await givenMapping(wiring, { maximumBatchingWindowInSeconds: 0.05, batchSize: 10 })
    await put('a')
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['a']])
  })

  test('hold all that came while the function worked the one before', async () => {
    const { wiring, put, putAll } = await givenTable()
    const { opened: begun, open: begin } = gate()
    const { opened, open } = gate()
    const { mapping, batches } = await givenMapping(wiring, {}, async (_, attempt) => {
      begin()
      if (attempt === 1) await opened
    })
    await put('a')
    await begun
    await putAll(['b', 'c', 'd'])
    // When a second table's stream is drained, the first had every chance to be read.
    const other = await givenTable()
    await other.put('z')
    const otherMapping = await givenMapping(other.wiring)
    await otherMapping.mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['a']])
    open()
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['a'], ['b', 'c', 'd']])
  })

  test('of LATEST have only what was written after the start', async () => {
    const { wiring, put } = await givenTable()
    await put('before')
    const { mapping, batches } = await givenMapping(wiring, { startingPosition: 'LATEST' })
    await put('after')
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['after']])
  })

  test('can be duplicated and reordered by a fault', async () => {
    const { wiring, putAll } = await givenTable()
    await putAll(['a', 'b'])
    const onBatch = (records: DynamoDBRecord[]) => [...records, ...records].reverse()
    const { mapping, batches } = await givenMapping(wiring, {}, undefined, { faults: { onBatch } })
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['b', 'a', 'b', 'a']])
  })

  test('are held back by pause until resume', async () => {
    const { wiring, put } = await givenTable()
    const { mapping, batches } = await givenMapping(wiring)
    mapping.pause()
    await put('a')
    const idle = mapping.idle()
    const other = await givenTable()
    await (await givenMapping(other.wiring)).mapping.idle()
    expect(batches).toEqual([])
    mapping.resume()
    await idle
    expect(batches.map(sortKeys)).toEqual([['a']])
  })
})

describe('queues', () => {
  test('work different items at once, and the changes of one item in order, one batch at a time', async () => {
    const { wiring, put } = await givenTable()
    const items = letters(8)
    for (let round = 0; round < 5; round += 1) for (const sk of items) await put(sk, { round: { N: String(round) } })
    const running = new Set<string | undefined>()
    const seen = new Map<string | undefined, (string | undefined)[]>()
    let most = 0
    let clashes = 0
    const bothRun = gate()
    const { mapping } = await givenMapping(wiring, { parallelizationFactor: 2, batchSize: 4 }, async (records) => {
      const keys = new Set(sortKeys(records))
      for (const key of keys) if (running.has(key)) clashes += 1
      for (const key of keys) running.add(key)
      most += 1
      if (most === 2) bothRun.open()
      // Never resolves if the queues exclude each other.
      await bothRun.opened
      for (const { dynamodb } of records) {
        const sk = dynamodb?.Keys?.sk?.S
        seen.set(sk, [...(seen.get(sk) ?? []), dynamodb?.NewImage?.round?.N])
      }
      for (const key of keys) running.delete(key)
      return undefined
    })
    await mapping.idle()
    expect(clashes).toBe(0)
    expect(seen).toEqual(new Map(items.map((sk) => [sk, ['0', '1', '2', '3', '4']])))
  })

  test('that hang leave the checkpoint before their first unfinished record', async () => {
    const { wiring, putAll } = await givenTable()
    const checkpointFile = scratchFile()
    await putAll(letters(8))
    const otherQueueDone = gate()
    const first = await givenMapping(
      wiring,
      { parallelizationFactor: 2 },
      async (records) => {
        if (!sortKeys(records).includes('a')) {
          otherQueueDone.open()
          return undefined
        }
        await otherQueueDone.opened
        throw new Error('fails')
      },
      { checkpointFile, retryDelayMs: () => 1_000_000 },
    )
    await otherQueueDone.opened
    await first.mapping.close()

    const second = await givenMapping(wiring, {}, undefined, { checkpointFile })
    await second.mapping.idle()
    expect(second.batches.flatMap(sortKeys)).toEqual(letters(8))
  })
})

describe('a failing batch', () => {
  test('is retried whole when the function throws, then given up to the destination, and the queue goes on', async () => {
    const { wiring, putAll } = await givenTable()
    await putAll(letters(3))
    const { mapping, batches, failures } = await givenMapping(wiring, { batchSize: 2 }, (records) => {
      if (sortKeys(records).includes('b')) throw new Error('poison')
    })
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['a', 'b'], ['a', 'b'], ['a', 'b'], ['c']])

    const [first, last] = batches[0] ?? []
    expect(failures).toEqual([
      {
        requestContext: {
          requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
          functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:streams',
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 3,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        DDBStreamBatchInfo: {
          shardId: expect.stringMatching(/^shardId-/) as string,
          startSequenceNumber: first?.dynamodb?.SequenceNumber,
          endSequenceNumber: last?.dynamodb?.SequenceNumber,
          approximateArrivalOfFirstRecord: expect.stringMatching(/:\d\dZ$/) as string,
          approximateArrivalOfLastRecord: expect.stringMatching(/:\d\dZ$/) as string,
          batchSize: 2,
          streamArn: wiring.streamArn.replace('ddblocal', 'eu-west-1'),
        },
        payload: JSON.stringify({ Records: batches[0] }),
      },
    ])
  })

  test('is retried from the lowest reported sequence number', async () => {
    const { wiring, putAll } = await givenTable()
    await putAll(letters(4))
    const { mapping, batches, failures } = await givenMapping(wiring, {}, (records, attempt) =>
      attempt === 1 ? failing(records[3], records[1]) : undefined,
    )
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c', 'd'],
    ])
    expect(failures).toEqual([])
  })

  test('fails whole for an empty identifier', async () => {
    const { wiring, putAll } = await givenTable()
    await putAll(letters(2))
    const { mapping, batches } = await givenMapping(wiring, {}, (_records, attempt) =>
      attempt === 1 ? failing(undefined) : undefined,
    )
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  test('has its report ignored when the mapping does not ask for one', async () => {
    const { wiring, putAll } = await givenTable()
    await putAll(letters(2))
    const { mapping, batches } = await givenMapping(wiring, { reportBatchItemFailures: false }, (records) =>
      failing(records[0]),
    )
    await mapping.idle()
    expect(batches).toHaveLength(1)
  })

  test('is split in the middle after an error, down to the poison record, at the cost of no attempt', async () => {
    const { wiring, putAll } = await givenTable()
    await putAll(letters(4))
    const bisect = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 }
    const { mapping, batches, failures } = await givenMapping(wiring, bisect, (records) => {
      if (sortKeys(records).includes('c')) throw new Error('poison')
    })
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([['a', 'b', 'c', 'd'], ['a', 'b'], ['c', 'd'], ['c'], ['c'], ['d']])
    expect(
      failures.map(({ payload }) => sortKeys((JSON.parse(payload) as { Records: DynamoDBRecord[] }).Records)),
    ).toEqual([['c']])
    expect(failures[0]?.requestContext.approximateInvokeCount).toBe(4)
  })

  test('is split at the reported number at the cost of no attempt', async () => {
    const { wiring, putAll } = await givenTable()
    await putAll(letters(4))
    const bisect = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 }
    const { mapping, batches, failures } = await givenMapping(wiring, bisect, (records, attempt) =>
      attempt < 3 ? failing(records[1]) : undefined,
    )
    await mapping.idle()
    expect(batches.map(sortKeys)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c', 'd'],
      ['c', 'd'],
    ])
    expect(failures).toEqual([])
  })

  test('whose destination fails is offered to it again, and not lost', async () => {
    const { wiring, put } = await givenTable()
    await put('a')
    let offers = 0
    const { mapping } = await givenMapping(
      wiring,
      { maximumRetryAttempts: 0 },
      () => {
        throw new Error('poison')
      },
      {
        onFailure: async () => {
          offers += 1
          if (offers < 3) throw new Error('destination is down')
        },
      },
    )
    await mapping.idle()
    expect(offers).toBe(3)
  })

  test('loses only its records past the maximum age, uninvoked', async () => {
    const { wiring, put } = await givenTable()
    await put('old')
    const clock = () => Date.now() + 10 * 60_000
    const { mapping, batches, failures } = await givenMapping(wiring, { maximumRecordAgeInSeconds: 60 }, undefined, {
      clock,
    })
    await mapping.idle()
    expect(batches).toEqual([])
    expect(failures[0]?.requestContext).toMatchObject({ condition: 'RecordAgeExceeded', approximateInvokeCount: 0 })
    expect(failures[0]).not.toHaveProperty('responseContext')
  })

  test('is given up by age when attempts are without limit', async () => {
    const { wiring, put } = await givenTable()
    await put('a')
    let now = Date.now()
    const endless = { maximumRetryAttempts: -1, maximumRecordAgeInSeconds: 60 }
    const { mapping, batches, failures } = await givenMapping(
      wiring,
      endless,
      (_records, attempt) => {
        if (attempt === 20) now += 200_000
        throw new Error('poison')
      },
      { clock: () => now },
    )
    await mapping.idle()
    expect(batches).toHaveLength(20)
    expect(failures[0]?.requestContext).toMatchObject({ condition: 'RecordAgeExceeded', approximateInvokeCount: 20 })
  })
})

describe('the checkpoint', () => {
  test('lets the next mapping go on after the last record that is done', async () => {
    const { wiring, put } = await givenTable()
    const checkpointFile = scratchFile()
    const first = await givenMapping(wiring, {}, undefined, { checkpointFile })
    await put('a')
    await first.mapping.idle()
    await first.mapping.close()
    await put('b')
    const second = await givenMapping(wiring, {}, undefined, { checkpointFile })
    await second.mapping.idle()
    expect(second.batches.map(sortKeys)).toEqual([['b']])
  })

  test('counts what a function was running when the mapping closed, which waits for it', async () => {
    const { wiring, put } = await givenTable()
    const checkpointFile = scratchFile()
    const invoked = gate()
    const release = gate()
    let returned = false
    const first = await givenMapping(
      wiring,
      {},
      async () => {
        invoked.open()
        await release.opened
        returned = true
      },
      { checkpointFile },
    )
    await put('a')
    await invoked.opened
    const closed = first.mapping.close().then(() => returned)
    release.open()
    expect(await closed).toBe(true)
    const second = await givenMapping(wiring, {}, undefined, { checkpointFile })
    await second.mapping.idle()
    expect(second.batches).toEqual([])
  })

  test('that is damaged or of another stream is not used', async () => {
    const { wiring, put } = await givenTable()
    await put('a')
    const checkpointFile = scratchFile()
    const worked = async () => {
      const { mapping, batches } = await givenMapping(wiring, {}, undefined, { checkpointFile })
      await mapping.idle()
      await mapping.close()
      return batches.map(sortKeys)
    }
    expect(await worked()).toEqual([['a']])
    const stored = JSON.parse(await readFile(checkpointFile, 'utf8')) as object
    await writeFile(checkpointFile, JSON.stringify({ ...stored, streamArn: 'arn:other' }))
    expect(await worked()).toEqual([['a']])
    await writeFile(checkpointFile, '{')
    expect(await worked()).toEqual([['a']])
    expect(await worked()).toEqual([])
  })
})

test('a mapping whose filters cannot be read does not start', async () => {
  const { wiring } = await givenTable()
  await expect(givenMapping(wiring, { ...plainMapping, filters: [{ eventName: 'INSERT' }] })).rejects.toThrow(
    'unable to read the filter pattern',
  )
})

test('waiting for a closed mapping is an error', async () => {
  const { wiring } = await givenTable()
  const { mapping } = await givenMapping(wiring)
  await mapping.close()
  await expect(mapping.idle()).rejects.toThrow('closed')
})
