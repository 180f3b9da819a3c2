import { expect, test } from 'vitest'
import { FunctionError } from '../../../local/contracts.ts'
import { Client, deferred, ROUTES, startGateway, type TestEvent } from './harness.ts'

test('a message reaches the function of its route, whose body is the reply', async () => {
  const api = await startGateway()
  const client = await Client.connect(api.url)
  const text = '{ "action":"echo", "text":"Grüße 👋" }'
  client.send(text)
  expect(await client.next()).toBe(text)
  expect(await api.event('echo')).toMatchObject({ body: text, requestContext: { routeKey: 'echo' } })
})

test('what is not JSON is routed to $default', async () => {
  const api = await startGateway()
  const client = await Client.connect(api.url)
  client.send('hello')
  expect(await client.next()).toBe('default')
  expect((await api.event('default')).requestContext.routeKey).toBe('$default')
})

test('without $default the client is told Forbidden and stays', async () => {
  const { $default: _, ...routes } = ROUTES
  const api = await startGateway({ routes })
  const client = await Client.connect(api.url)
  expect(await client.ask({ action: 'unknown' })).toEqual({
    message: 'Forbidden',
    connectionId: (await api.event('connect')).requestContext.connectionId,
    requestId: expect.stringMatching(/=$/) as string,
  })
  expect(await client.ask({ action: 'echo' })).toEqual({ action: 'echo' })
})

test('a reply is dropped when the route has no response', async () => {
  const api = await startGateway()
  const client = await Client.connect(api.url)
  client.send({ action: 'silent' })
  await api.event('silent')
  expect(await client.ask({ action: 'echo' })).toEqual({ action: 'echo' })
})

test('a client that reads nothing of what it asks for is cut off, not remembered', async () => {
  const api = await startGateway({ limits: { clientBufferBytes: 1_000 } })
  const client = await Client.connect(api.url)
  client.ws.pause()
  // More than the sockets of the system hold.
  for (let i = 0; i < 1_000; i++) client.send({ action: 'echo', text: 'x'.repeat(30_000) })
  await api.event('disconnect')
  client.ws.resume()
})

test('a reply without a body sends nothing', async () => {
  const api = await startGateway({ functions: { default: () => ({ statusCode: 200 }) } })
  const client = await Client.connect(api.url)
  client.send('hello')
  await api.event('default')
  expect(await client.ask({ action: 'echo' })).toEqual({ action: 'echo' })
})

test('the status code of a reply is not the client’s business', async () => {
  const api = await startGateway({ functions: { default: () => ({ statusCode: 500, body: 'sent' }) } })
  const client = await Client.connect(api.url)
  client.send('hello')
  expect(await client.next()).toBe('sent')
})

test.each<[string, (event: TestEvent) => unknown]>([
  [
    'throws',
    () => {
      throw new FunctionError('Error', 'no')
    },
  ],
  ['returns nothing', () => undefined],
  ['returns a string', () => 'pong'],
  ['returns no status code', () => ({ body: 'pong' })],
  ['returns a body that is not a string', () => ({ statusCode: 200, body: { pong: true } })],
  ['returns more than 128 KB', () => ({ statusCode: 200, body: 'x'.repeat(131_073) })],
])('a function that %s is an internal server error, and the client stays', async (_what, fails) => {
  const api = await startGateway({ functions: { default: fails } })
  const client = await Client.connect(api.url)
  const reply = await client.ask('hello')
  const { connectionId, requestId } = (await api.event('default')).requestContext
  expect(reply).toEqual({ message: 'Internal server error', connectionId, requestId })
  expect(api.log.filter(({ level }) => level === 'error')).toHaveLength(1)
  expect(await client.ask({ action: 'echo' })).toEqual({ action: 'echo' })
})

test('a reply of exactly 128 KB arrives', async () => {
  const api = await startGateway({ functions: { default: () => ({ statusCode: 200, body: 'é'.repeat(65_536) }) } })
  const client = await Client.connect(api.url)
  client.send('hello')
  expect(await client.next()).toHaveLength(65_536)
})

test('a function that takes too long is a timeout, its late reply is dropped, and the client stays', async () => {
  const hung = deferred<object>()
  const api = await startGateway({ limits: { integrationTimeoutMs: 20 }, functions: { default: () => hung.promise } })
  const client = await Client.connect(api.url)
  const reply = await client.ask('hello')
  const { connectionId, requestId } = (await api.event('default')).requestContext
  expect(reply).toEqual({ message: 'Endpoint request timed out', connectionId, requestId })
  hung.resolve({ statusCode: 200, body: 'late' })
  expect(await client.ask({ action: 'echo' })).toEqual({ action: 'echo' })
})

test('messages of one socket run at the same time and are answered as they end', async () => {
  const first = deferred<object>()
  const api = await startGateway({ functions: { default: () => first.promise } })
  const client = await Client.connect(api.url)
  client.send('slow')
  expect(await client.ask({ action: 'echo' })).toEqual({ action: 'echo' })
  first.resolve({ statusCode: 200, body: 'slow' })
  expect(await client.next()).toBe('slow')
})
