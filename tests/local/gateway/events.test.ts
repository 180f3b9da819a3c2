import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allow, Client, ROUTES, startGateway } from './harness.ts'

/** Returns keys and types, without values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}

/**
 * Reads an event with keys and types as captured from AWS, and invented values. MESSAGE and DISCONNECT follow
 * aws-lambda-go's `events/testdata/apigw-websocket-request-*.json`, CONNECT its header list, the authorizer's event the
 * example in
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/aws/websocket-${name}.json`, import.meta.url), 'utf8'))
}

test('every event has the keys and types of the one that AWS sends', async () => {
  const api = await startGateway({
    routes: { ...ROUTES, $connect: { function: 'connect', authorized: true } },
    functions: {
      authorizer: (event) => allow(event.methodArn as string, { userId: 'ada', exp: 1751371200 }),
      connect: () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'tabletalk.v1' } }),
    },
  })
  const client = await Client.connect(`${api.url}?chatRoomId=kitchen`, {
    protocols: ['tabletalk.v1'],
    headers: { 'User-Agent': 'test' },
  })
  await client.ask({ action: 'echo' })
  client.ws.close()

  expect(shapeOf(await api.event('authorizer'))).toEqual(shapeOf(fixture('authorizer')))
  expect(shapeOf(await api.event('connect'))).toEqual(shapeOf(fixture('connect')))
  expect(shapeOf(await api.event('echo'))).toEqual(shapeOf(fixture('message')))
  expect(shapeOf(await api.event('disconnect'))).toEqual(shapeOf(fixture('disconnect')))
})

test('the events of a connection agree with each other', async () => {
  const api = await startGateway({ routes: { ...ROUTES, $connect: { function: 'connect', authorized: true } } })
  const before = Date.now()
  const client = await Client.connect(api.url)
  await client.ask({ action: 'echo' })
  await client.ask({ action: 'echo' })
  client.ws.close(4001, 'bye')
  await api.event('disconnect')

  const contexts = api.events.map(({ event }) => event.requestContext)
  expect(contexts.map((context) => context.eventType)).toEqual([
    'CONNECT',
    'CONNECT',
    'MESSAGE',
    'MESSAGE',
    'DISCONNECT',
  ])
  expect(new Set(contexts.map((context) => context.connectionId)).size).toBe(1)
  expect(new Set(contexts.map((context) => context.connectedAt)).size).toBe(1)
  expect(contexts[0]?.connectedAt).toBeGreaterThanOrEqual(before)
  expect(new Set(contexts.map((context) => context.requestId)).size).toBe(4)
  for (const context of contexts) {
    expect(context.connectionId).toMatch(/^[\w-]{15}=$/)
    expect(context.extendedRequestId).toBe(context.requestId)
    expect(context.identity).toEqual({ sourceIp: '127.0.0.1' })
    expect(context.domainName).toBe(`127.0.0.1:${api.port}`)
    expect(context.requestTime).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/)
    const clf = (context.requestTime as string).replaceAll('/', ' ').replace(':', ' ')
    expect(Date.parse(clf)).toBe(Math.floor((context.requestTimeEpoch as number) / 1000) * 1000)
  }
  expect(contexts[4]).toMatchObject({ disconnectStatusCode: 4001, disconnectReason: 'bye' })
})

test('a repeated query parameter or header keeps its last value and all of them, decoded', async () => {
  const api = await startGateway()
  // Node accepts several values of a header, but the types of `ws` don't.
  const headers = { 'X-Many': ['one', 'two'] } as unknown as Record<string, string>
  await Client.connect(`${api.url}?a=1&a=%2B%202&b=`, { headers })
  expect(await api.event('connect')).toMatchObject({
    queryStringParameters: { a: '+ 2', b: '' },
    multiValueQueryStringParameters: { a: ['1', '+ 2'], b: [''] },
    headers: { 'X-Many': 'two' },
    multiValueHeaders: { 'X-Many': ['one', 'two'] },
  })
})

test('a CONNECT event without a query has no query keys', async () => {
  const api = await startGateway()
  await Client.connect(api.url)
  expect(Object.keys(await api.event('connect')).sort()).toEqual([
    'headers',
    'isBase64Encoded',
    'multiValueHeaders',
    'requestContext',
  ])
})
