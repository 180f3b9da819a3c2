import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import type { Aws, Credentials } from '../../src/aws/credentials.ts'
import { leanTable, type TableAddress } from '../../src/entities/lean-table.ts'
import { sdkTable } from '../../src/entities/sdk-table.ts'
import type { Operation, SendToTable } from '../../src/entities/table-client.ts'
import { loadStack } from '../../terraform/stack.ts'
import { type Posted, rightAuthorization, serve } from '../delivery/posting/scripted-gateway.ts'
import { credentials } from '../support/account.ts'
import { database, tableName } from '../support/own-table.ts'

/** Both clients must behave the same. The tests say where they may differ. */
const clients: [string, (address: TableAddress) => SendToTable][] = [
  ['lean', leanTable],
  ['sdk', ({ endpoint, aws, timeoutMs }) => sdkTable(timeoutMs, { endpoint, ...aws })],
]

const awsOf = (given: Credentials = credentials): Aws => ({
  credentials: async () => given,
  region: async () => 'us-east-1',
})
const TIMEOUT_MS = 20_000

type Fields = Record<string, unknown>

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Returns an outcome without the parts that depend on how the request was sent. */
async function outcomeOf(asked: Promise<object>): Promise<Fields> {
  try {
    const { $metadata: _, ...output } = (await asked) as Fields
    return { output }
  } catch (error) {
    const { name, message, Item, CancellationReasons, $metadata } = error as Error & Fields
    const { httpStatusCode, attempts } = $metadata as { httpStatusCode?: number; attempts: number }
    return { name, message, Item, CancellationReasons, httpStatusCode, attempts }
  }
}

describe('on DynamoDB Local', () => {
  beforeAll(async () => {
    await createTable(database, loadStack().table, tableName)
  })

  const item = (pk: string, more: object = {}) => ({ pk: { S: pk }, sk: { S: 'one' }, ...more })
  const everyType = {
    Text: { S: 'grüß dich 🙂 "\\ \u0000' },
    Number: { N: '0.1' },
    Flag: { BOOL: true },
    Nothing: { NULL: true },
    List: { L: [{ S: '' }, { N: '-1' }] },
    Map: { M: { Inner: { S: 'x' } } },
    Names: { SS: ['a', 'b'] },
  }
  const put = (Item: object) => ({ Put: { TableName: tableName, Item } })

  /** Sends one request of each kind, including some that are refused, and returns the outcomes. */
  async function program(send: SendToTable, pk: string): Promise<Record<string, Fields>> {
    const outcomes: Record<string, Fields> = {}
    const ask = async (what: string, operation: Operation, input: object) => {
      const outcome = await outcomeOf(send(operation, { TableName: tableName, ...input }))
      outcomes[what] = JSON.parse(JSON.stringify(outcome).replaceAll(pk, 'PK')) as Fields
    }
    /** Sends a request about several tables, or about none. */
    const askAll = async (what: string, operation: Operation, input: object) => {
      const outcome = await outcomeOf(send(operation, input))
      outcomes[what] = JSON.parse(JSON.stringify(outcome).replaceAll(pk, 'PK')) as Fields
    }
    const Key = { pk: { S: pk }, sk: { S: 'one' } }
    await ask('read what is not there', 'GetItem', { Key })
    await ask('put', 'PutItem', { Item: item(pk, everyType), ReturnConsumedCapacity: 'TOTAL' })
    await ask('read', 'GetItem', { Key, ConsistentRead: true, ReturnConsumedCapacity: 'INDEXES' })
    await ask('put again', 'PutItem', {
      Item: item(pk),
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    })
    await ask('count', 'UpdateItem', {
      Key,
      UpdateExpression: 'ADD Seq :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'UPDATED_NEW',
    })
    await ask('a wrong expression', 'UpdateItem', { Key, UpdateExpression: 'nonsense' })
    await ask('another table', 'GetItem', { TableName: 'there-is-none', Key })
    await askAll('write many', 'BatchWriteItem', {
      RequestItems: {
        [tableName]: ['two', 'three'].map((sk) => ({ PutRequest: { Item: { ...Key, sk: { S: sk } } } })),
      },
      ReturnConsumedCapacity: 'TOTAL',
    })
    await askAll('read many', 'BatchGetItem', {
      RequestItems: { [tableName]: { Keys: [{ ...Key, sk: { S: 'two' } }], ConsistentRead: true } },
      ReturnConsumedCapacity: 'TOTAL',
    })
    const query = {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ProjectionExpression: 'sk, Seq',
      ConsistentRead: true,
      ReturnConsumedCapacity: 'TOTAL',
    }
    await ask('a page', 'Query', { ...query, Limit: 2 })
    await ask('the next page', 'Query', { ...query, ExclusiveStartKey: { ...Key, sk: { S: 'three' } } })
    await ask('scan', 'Scan', { FilterExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } })
    // The other client writes to the same table.
    outcomes.scan = JSON.parse(
      JSON.stringify(outcomes.scan).replace(/"ScannedCount":\d+/, '"ScannedCount":0'),
    ) as Fields
    await askAll('a transaction', 'TransactWriteItems', { TransactItems: [put({ ...Key, sk: { S: 'four' } })] })
    await askAll('a cancelled transaction', 'TransactWriteItems', {
      TransactItems: [
        put({ ...Key, sk: { S: 'five' } }),
        {
          ConditionCheck: {
            TableName: tableName,
            Key,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
      ],
    })
    await askAll('read in a transaction', 'TransactGetItems', {
      TransactItems: [{ Get: { TableName: tableName, Key } }],
      ReturnConsumedCapacity: 'TOTAL',
    })
    await ask('delete', 'DeleteItem', { Key, ReturnValues: 'ALL_OLD', ReturnConsumedCapacity: 'TOTAL' })
    return outcomes
  }

  test('every operation has the same outcome, with its capacity, refusals with their reasons and items', async () => {
    const [lean, sdk] = await Promise.all(
      clients.map(([, make]) => {
        const address = { endpoint: inject('dynamodbEndpoint'), aws: awsOf(), timeoutMs: 60_000 }
        return program(make(address), `program-${randomUUID()}`)
      }),
    )
    expect(lean).toEqual(sdk)
    expect(lean).toMatchObject({
      'read what is not there': { output: {} },
      read: { output: { Item: everyType, ConsumedCapacity: { CapacityUnits: 1 } } },
      'put again': { name: 'ConditionalCheckFailedException', Item: everyType, httpStatusCode: 400, attempts: 1 },
      count: { output: { Attributes: { Seq: { N: '1' } } } },
      'a wrong expression': { name: 'ValidationException', attempts: 1 },
      'another table': { name: 'ResourceNotFoundException', attempts: 1 },
      'write many': { output: { UnprocessedItems: {}, ConsumedCapacity: [{ CapacityUnits: 2 }] } },
      'a page': { output: { Count: 2, LastEvaluatedKey: { sk: { S: 'three' } } } },
      'the next page': { output: { Items: [{ sk: { S: 'two' } }] } },
      'a cancelled transaction': {
        name: 'TransactionCanceledException',
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { Seq: { N: '1' } } }],
        attempts: 1,
      },
    })
  })
})

/** A status with DynamoDB's body, or a function that writes the response. */
type Answer = [status: number, body: object] | ((response: ServerResponse, request: Posted) => void)

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' }
const OK: Answer = [200, { Attributes: { Seq: { N: '7' } } }]
const refusal = (status: number, name: string, message = 'because a test wants it'): Answer => [
  status,
  { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message },
]
const hangUp: Answer = (response) => void response.socket!.destroy()
const silence: Answer = () => {}
const html: Answer = (response) => void response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Busy</h1>')
const cutOff: Answer = (response) => {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' }).write('{"Attributes":')
  setTimeout(() => response.socket!.destroy(), 20)
}

/** Starts a DynamoDB that gives these answers in turn, and then `OK`. It keeps the requests. */
async function scripted(...answers: Answer[]): Promise<{ endpoint: string; asked: Posted[] }> {
  const asked: Posted[] = []
  const endpoint = await serve((request, response) => {
    asked.push(request)
    const answer = answers.shift() ?? OK
    if (typeof answer === 'function') return answer(response, request)
    const [status, body] = answer
    response.writeHead(status, { ...JSON_TYPE, date: new Date().toUTCString() }).end(JSON.stringify(body))
  })
  return { endpoint, asked }
}

const count = (send: SendToTable) => send('UpdateItem', { TableName: 'rooms', Key: { pk: { S: 'general' } } })

describe.each(clients)('TABLE_CLIENT=%s', (_, make) => {
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
  })

  const THROTTLED = refusal(400, 'ProvisionedThroughputExceededException')
  test.each<[string, Answer[], Fields]>([
    ['an answer is returned', [], { output: { Attributes: { Seq: { N: '7' } } } }],
    ['a broken socket is tried again', [hangUp, hangUp], { output: {} }],
    ['a socket that breaks three times is a timeout', [hangUp, hangUp, hangUp], { name: 'TimeoutError', attempts: 3 }],
    ['an answer that is cut off is tried again', [cutOff], { output: {} }],
    ['an internal error is tried again', [refusal(500, 'InternalServerError')], { output: {} }],
    [
      'an internal error is told after three attempts',
      Array<Answer>(3).fill(refusal(500, 'InternalServerError', 'later')),
      { name: 'InternalServerError', message: 'later', httpStatusCode: 500, attempts: 3 },
    ],
    ['a proxy that answers with HTML is tried again', [html, html], { output: {} }],
    ['a 503 with HTML is told by its status', [html, html, html], { httpStatusCode: 503, attempts: 3 }],
    ['a throttled request is tried again', [THROTTLED, THROTTLED], { output: {} }],
    [
      'throttling is told after three attempts',
      [THROTTLED, THROTTLED, THROTTLED],
      { name: 'ProvisionedThroughputExceededException', httpStatusCode: 400, attempts: 3 },
    ],
    ...['ThrottlingException', 'RequestLimitExceeded', 'TransactionInProgressException', 'LimitExceededException'].map(
      (name): [string, Answer[], Fields] => [`${name} is tried again`, [refusal(400, name)], { output: {} }],
    ),
    ...[
      'ConditionalCheckFailedException',
      'TransactionConflictException',
      'TransactionCanceledException',
      'IdempotentParameterMismatchException',
      'ItemCollectionSizeLimitExceededException',
      'ValidationException',
      'AccessDeniedException',
      'ExpiredTokenException',
      'UnrecognizedClientException',
      'InvalidSignatureException',
      'ResourceNotFoundException',
    ].map((name): [string, Answer[], Fields] => [
      `${name} is final`,
      [refusal(400, name)],
      { name, message: 'because a test wants it', httpStatusCode: 400, attempts: 1 },
    ]),
    [
      'a refused condition has the item',
      [[400, { __type: 'x#ConditionalCheckFailedException', message: 'no', Item: { pk: { S: 'a' } } }]],
      { name: 'ConditionalCheckFailedException', Item: { pk: { S: 'a' } } },
    ],
    [
      'a cancelled transaction has its reasons, with their items',
      [
        [
          400,
          {
            __type: 'x#TransactionCanceledException',
            Message: 'with a capital M',
            CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'a' } } }],
          },
        ],
      ],
      {
        name: 'TransactionCanceledException',
        message: 'with a capital M',
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'a' } } }],
      },
    ],
    [
      'unprocessed items come with the answer',
      [[200, { UnprocessedItems: { rooms: [{ DeleteRequest: { Key: { pk: { S: 'a' } } } }] } }]],
      { output: {} },
    ],
  ])('%s', async (_, answers, expected) => {
    const script = [...answers]
    const { endpoint, asked } = await scripted(...answers)
    const outcome = await outcomeOf(count(make({ endpoint, aws: awsOf(), timeoutMs: TIMEOUT_MS })))
    expect(outcome).toMatchObject(expected)
    const failed = expected.output === undefined
    const isAnswer = (answer: Answer | undefined) => Array.isArray(answer) && answer[0] === 200
    expect(asked).toHaveLength(failed || isAnswer(script.at(-1)) ? script.length : script.length + 1)
    expect(new Set(asked.map(({ body }) => body.toString())).size).toBe(1)
  })

  test('unprocessed items and keys are as DynamoDB sent them', async () => {
    const items = { UnprocessedItems: { rooms: [{ DeleteRequest: { Key: { pk: { S: 'a' } } } }] } }
    const keys = { Responses: { rooms: [] }, UnprocessedKeys: { rooms: { Keys: [{ pk: { S: 'b' } }] } } }
    const { endpoint } = await scripted([200, items], [200, keys])
    const send = make({ endpoint, aws: awsOf(), timeoutMs: TIMEOUT_MS })
    expect(await outcomeOf(send('BatchWriteItem', { RequestItems: {} }))).toEqual({ output: items })
    expect(await outcomeOf(send('BatchGetItem', { RequestItems: {} }))).toEqual({ output: keys })
  })

  test('an attempt without an answer ends with its timeout, and so does its socket', async () => {
    const closed: Promise<void>[] = []
    const mute: Answer = (response) => {
      closed.push(new Promise((resolve) => response.on('close', resolve)))
    }
    const { endpoint, asked } = await scripted(mute, mute, mute)
    const outcome = await outcomeOf(count(make({ endpoint, aws: awsOf(), timeoutMs: 60 })))
    expect(outcome).toMatchObject({ name: 'TimeoutError', attempts: 3 })
    expect(asked).toHaveLength(3)
    await Promise.all(closed)
  })

  test('a timeout is tried again', async () => {
    const { endpoint, asked } = await scripted(silence)
    const outcome = await outcomeOf(count(make({ endpoint, aws: awsOf(), timeoutMs: 200 })))
    expect(outcome).toEqual({ output: { Attributes: { Seq: { N: '7' } } } })
    expect(asked).toHaveLength(2)
  })

  test('a table that nobody can reach is told by the code of the socket', async () => {
    const error = await count(make({ endpoint: 'http://127.0.0.1:1', aws: awsOf(), timeoutMs: TIMEOUT_MS })).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'ECONNREFUSED', $metadata: { attempts: 3 } })
  })

  test.each<[string, Answer, number[]]>([
    ['a transient error', refusal(500, 'InternalServerError'), [10, 20]],
    ['throttling', THROTTLED, [400, 800]],
  ])('waits after %s are random and doubled', async (_, answer, waits) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.4)
    const waited: number[] = []
    const real = setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
      // Other timers belong to the attempts themselves.
      if (waits.includes(ms)) waited.push(ms)
      return real(run, waits.includes(ms) ? 0 : ms)
    }) as typeof setTimeout)
    const { endpoint, asked } = await scripted(answer, answer, answer)
    await outcomeOf(count(make({ endpoint, aws: awsOf(), timeoutMs: TIMEOUT_MS })))
    expect(waited).toEqual(waits)
    expect(asked).toHaveLength(3)
  })

  test('requests that keep failing are no more tried again, so that a table in trouble is not asked thrice', async () => {
    const { endpoint, asked } = await scripted(...Array<Answer>(200).fill(refusal(500, 'InternalServerError')))
    const send = make({ endpoint, aws: awsOf(), timeoutMs: TIMEOUT_MS })
    for (let i = 0; i < 30; i++) await outcomeOf(count(send))
    // 500 tokens, of which each retry takes 14.
    expect(asked).toHaveLength(30 + Math.floor(500 / 14))
  })

  test('a request names its operation and is signed, all requests over one socket', async () => {
    const sessionToken = 'IQoJb3JpZ2luX2VjEJ+/='
    const { endpoint, asked } = await scripted()
    const send = make({ endpoint, aws: awsOf({ ...credentials, sessionToken }), timeoutMs: TIMEOUT_MS })
    for (let i = 0; i < 3; i++) await count(send)
    for (const request of asked) {
      expect(request).toMatchObject({ method: 'POST', url: '/' })
      expect(request.headers).toMatchObject({
        ...JSON_TYPE,
        'x-amz-target': 'DynamoDB_20120810.UpdateItem',
        'x-amz-security-token': sessionToken,
        host: new URL(endpoint).host,
      })
      const right = await rightAuthorization(request, 'us-east-1', { ...credentials, sessionToken }, 'dynamodb')
      expect(request.headers.authorization).toBe(right)
      expect(request.headers.authorization).toMatch(/SignedHeaders=[^,]*;x-amz-security-token[;,]/)
    }
    expect(new Set(asked.map(({ port }) => port)).size).toBe(1)
  })

  test('credentials are renewed with their session token', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const HOUR_MS = 3_600_000
    const began = Date.now()
    const aws: Aws = {
      region: async () => 'us-east-1',
      credentials: async () => {
        const n = Math.floor((Date.now() - began) / HOUR_MS)
        const expiration = new Date(began + (n + 1) * HOUR_MS)
        return { accessKeyId: `KEY${n}`, secretAccessKey: `secret ${n}`, sessionToken: `token ${n}`, expiration }
      },
    }
    const { endpoint, asked } = await scripted()
    const send = make({ endpoint, aws, timeoutMs: TIMEOUT_MS })
    for (const laterMs of [1_000, 2 * HOUR_MS, 1_000]) {
      await count(send)
      vi.advanceTimersByTime(laterMs)
    }
    await count(send)
    const keys = asked.map(({ headers }) => /Credential=([^/]+)/.exec(headers.authorization!)?.[1])
    expect(keys).toEqual(['KEY0', 'KEY0', 'KEY2', 'KEY2'])
    expect(asked.map(({ headers }) => headers['x-amz-security-token'])).toEqual(
      keys.map((key) => `token ${key!.slice(3)}`),
    )
  })

  test('credentials that nobody gives fail the request, and nothing is sent', async () => {
    const { endpoint, asked } = await scripted()
    const aws = { ...awsOf(), credentials: () => Promise.reject(new Error('no credentials')) }
    await expect(count(make({ endpoint, aws, timeoutMs: TIMEOUT_MS }))).rejects.toThrow('no credentials')
    expect(asked).toEqual([])
  })

  describe.each([
    ['an hour behind', 3_600_000, 'Signature expired: your clock is wrong'],
    ['an hour ahead', -3_600_000, 'Signature not yet current: your clock is wrong'],
  ])('a clock that is %s', (_, aheadMs, message) => {
    const dateOf = ({ headers }: Posted) =>
      Date.parse(String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'))
    const strict =
      (ahead: () => number): Answer =>
      (response, request) => {
        const now = Date.now() + ahead()
        const isRight = Math.abs(dateOf(request) - now) < 5 * 60 * 1_000
        const [status, body] = (isRight ? OK : refusal(400, 'InvalidSignatureException', message)) as [number, object]
        response.writeHead(status, { ...JSON_TYPE, date: new Date(now).toUTCString() }).end(JSON.stringify(body))
      }

    test('is corrected by the answer, and once it is right again, back', async () => {
      let ahead = aheadMs
      const { endpoint, asked } = await scripted(...Array<Answer>(9).fill(strict(() => ahead)))
      const send = make({ endpoint, aws: awsOf(), timeoutMs: TIMEOUT_MS })
      for (let i = 0; i < 2; i++) expect(await outcomeOf(count(send))).toMatchObject({ output: {} })
      expect(asked).toHaveLength(3)
      ahead = 0
      await outcomeOf(count(send))
      asked.length = 0
      expect(await outcomeOf(count(send))).toMatchObject({ output: {} })
      expect(asked).toHaveLength(1)
    })
  })
})

test('the lean client ends an answer that stops halfway with its timeout, where the SDK waits', async () => {
  const stop: Answer = (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' }).write('{')
  }
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const { endpoint, asked } = await scripted(stop, stop, stop)
  const outcome = await outcomeOf(count(leanTable({ endpoint, aws: awsOf(), timeoutMs: 60 })))
  expect(outcome).toMatchObject({ name: 'TimeoutError', attempts: 3 })
  expect(asked).toHaveLength(3)
})
