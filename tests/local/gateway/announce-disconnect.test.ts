import { expect, test } from 'vitest'
import { FunctionError } from '../../../local/contracts.ts'
import { Client, deferred, startGateway } from './harness.ts'

test.each<[string, (client: Client) => void, number, string]>([
  ['without a code', (client) => client.ws.close(), 1005, 'Client-side close frame status not set'],
  ['with a code', (client) => client.ws.close(1000), 1000, ''],
  ['with a code and a reason', (client) => client.ws.close(4000, 'bored'), 4000, 'bored'],
  ['by vanishing', (client) => client.ws.terminate(), 1006, ''],
])('a client that closes %s is announced with that', async (_how, close, code, reason) => {
  const api = await startGateway()
  const client = await Client.connect(api.url)
  close(client)
  expect((await api.event('disconnect')).requestContext).toMatchObject({
    disconnectStatusCode: code,
    disconnectReason: reason,
  })
  expect(api.gateway.connectionIds()).toEqual([])
})

test('terminate cuts the connection: both sides see 1006', async () => {
  const api = await startGateway()
  const client = await Client.connect(api.url)
  const [connectionId = ''] = api.gateway.connectionIds()
  api.gateway.terminate(connectionId)
  expect((await client.closed).code).toBe(1006)
  expect((await api.event('disconnect')).requestContext.disconnectStatusCode).toBe(1006)
  expect(() => api.gateway.terminate(connectionId)).toThrow('unable to terminate; there is no connection')
})

test('a failing $disconnect is logged and harms nobody', async () => {
  const api = await startGateway({
    functions: {
      disconnect: () => {
        throw new FunctionError('Error', 'table gone')
      },
    },
  })
  const client = await Client.connect(api.url)
  client.ws.close()
  await api.event('disconnect')
  const other = await Client.connect(api.url)
  expect(await other.ask({ action: 'echo' })).toEqual({ action: 'echo' })
  expect(api.log.find(({ level }) => level === 'error')?.fields).toMatchObject({
    functionName: 'disconnect',
    errorMessage: 'table gone',
  })
})

test('a message that still runs when the client leaves ends quietly', async () => {
  const slow = deferred<object>()
  const api = await startGateway({ functions: { default: () => slow.promise } })
  const client = await Client.connect(api.url)
  client.send('hello')
  await api.event('default')
  client.ws.close()
  await api.event('disconnect')
  slow.resolve({ statusCode: 200, body: 'late' })
  await api.gateway.close()
  expect(api.log.filter(({ level }) => level !== 'info')).toEqual([])
})

test('close() ends every connection with 1012 and waits for handlers and for $disconnect', async () => {
  const slow = deferred<object>()
  const disconnecting = deferred<object>()
  const api = await startGateway({
    functions: { default: () => slow.promise, disconnect: () => disconnecting.promise },
  })
  const client = await Client.connect(api.url)
  client.send('hello')
  await api.event('default')

  let closed = false
  const closing = api.gateway.close().then(() => {
    closed = true
  })
  expect((await client.closed).code).toBe(1012)
  await api.event('disconnect')
  disconnecting.resolve({ statusCode: 200 })
  await new Promise((resolve) => setImmediate(resolve))
  expect(closed).toBe(false)
  slow.resolve({ statusCode: 200 })
  await closing
  expect(api.events.map(({ functionName }) => functionName)).toEqual(['connect', 'default', 'disconnect'])
})

test('close() lets an upgrade under way finish, then disconnects it, and refuses later ones', async () => {
  const connect = deferred<object>()
  const api = await startGateway({ functions: { connect: () => connect.promise } })
  const connecting = Client.connect(api.url)
  await api.event('connect')
  const closing = api.gateway.close()
  await expect(Client.connect(api.url)).rejects.toThrow('503')
  connect.resolve({ statusCode: 200 })
  const client = await connecting
  expect((await client.closed).code).toBe(1012)
  await closing
  expect(api.events.map(({ functionName }) => functionName)).toEqual(['connect', 'disconnect'])
})

test('close() waits for a function that has outlived the integration timeout', async () => {
  const slow = deferred<object>()
  const api = await startGateway({ limits: { integrationTimeoutMs: 20 }, functions: { default: () => slow.promise } })
  const client = await Client.connect(api.url)
  expect(await client.ask('hello')).toMatchObject({ message: 'Endpoint request timed out' })
  let closed = false
  const closing = api.gateway.close().then(() => {
    closed = true
  })
  await client.closed
  await api.event('disconnect')
  await new Promise((resolve) => setImmediate(resolve))
  expect(closed).toBe(false)
  slow.resolve({ statusCode: 200 })
  await closing
})
