import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { createHttpApi } from '../../../local/http-api/http-api.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { quietLog } from '../../support/quiet-log.ts'

interface Event {
  [key: string]: unknown
  headers: Record<string, string>
  body?: string
  isBase64Encoded?: boolean
  requestContext: Record<string, unknown>
}

type Functions = Record<'server' | 'serverAuthorizer', (event: Event) => unknown>

const { serverApi } = loadStack()
const API = { apiId: 'api', stage: '$default', region: 'eu-west-1', accountId: '123456789012' }

/** Starts the HTTP API on a free port, with functions of the test. */
async function start(functions: Partial<Functions> = {}, integrationTimeoutMs?: number) {
  const calls: { name: string; event: Event }[] = []
  const all: Functions = {
    serverAuthorizer: () => ({ isAuthorized: true, context: { sub: 'shop' } }),
    server: () => ({ statusCode: 200, headers: { 'x-own': 1 }, body: 'ok' }),
    ...functions,
  }
  const httpApi = createHttpApi({
    ...API,
    stack: { serverApi },
    log: quietLog,
    integrationTimeoutMs,
    invoke: async (name, event) => {
      calls.push({ name, event: JSON.parse(JSON.stringify(event)) as Event })
      return all[name as keyof Functions](event as Event)
    },
  })
  const server = createServer((req, res) => {
    if (!httpApi.handleRequest(req, res)) res.writeHead(418).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await httpApi.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: 'Bearer t', 'content-type': 'application/json', ...(init.headers as object) }
    const response = await fetch(url + path, { method: 'POST', body: '{}', ...init, headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return { ask, calls, named: (name: string) => calls.filter((call) => call.name === name) }
}

const message = (status: number, text: string) => ({ status, text: JSON.stringify({ message: text }) })

test('a request comes to the function as payload format 2.0, with what the authorizer found', async () => {
  const { ask, calls } = await start()
  const answer = await ask('/v1/listRooms?x=1&y=2')
  expect(answer).toMatchObject({ status: 200, text: 'ok' })
  expect(answer.headers.get('x-own')).toBe('1')
  const shared = {
    version: '2.0',
    routeKey: 'POST /v1/{action}',
    rawPath: '/v1/listRooms',
    rawQueryString: 'x=1&y=2',
    headers: { authorization: 'Bearer t' },
    pathParameters: { action: 'listRooms' },
    requestContext: { apiId: 'api', stage: '$default', http: { method: 'POST', path: '/v1/listRooms' } },
  }
  const [asked, got] = calls
  expect(asked).toMatchObject({
    name: 'serverAuthorizer',
    event: {
      ...shared,
      type: 'REQUEST',
      routeArn: 'arn:aws:execute-api:eu-west-1:123456789012:api/$default/POST/v1/{action}',
      identitySource: ['Bearer t'],
    },
  })
  expect(got).toMatchObject({
    name: 'server',
    event: {
      ...shared,
      body: '{}',
      isBase64Encoded: false,
      requestContext: { authorizer: { lambda: { sub: 'shop' } } },
    },
  })
})

test.each([
  ['application/json; charset=utf-8', false],
  ['text/plain', false],
  ['application/x-www-form-urlencoded', true],
  ['application/octet-stream', true],
])('a body of %s is Base64: %s', async (type, isBase64) => {
  const { ask, named } = await start()
  await ask('/v1/x', { headers: { 'content-type': type }, body: 'ä' })
  const [{ event } = { event: undefined }] = named('server')
  expect(event).toMatchObject({ isBase64Encoded: isBase64, body: isBase64 ? 'w6Q=' : 'ä' })
})

test('the authorizer is asked once for a token, whatever it says, and again for another', async () => {
  const { ask, named } = await start({
    serverAuthorizer: ({ headers }) => ({ isAuthorized: headers.authorization === 'Bearer t' }),
  })
  for (let i = 0; i < 2; i++) {
    expect(await ask('/v1/x')).toMatchObject({ status: 200 })
    expect(await ask('/v1/x', { headers: { authorization: 'Bearer wrong' } })).toMatchObject(message(403, 'Forbidden'))
  }
  expect(named('serverAuthorizer')).toHaveLength(2)
})

test('an authorizer that fails, or answers nonsense, is asked again', async () => {
  const answers: (() => unknown)[] = [
    () => {
      throw new Error('no keys')
    },
    () => ({ isAuthorized: 'yes' }),
    () => ({ isAuthorized: true }),
  ]
  const { ask } = await start({ serverAuthorizer: () => answers.shift()!() })
  expect(await ask('/v1/x')).toMatchObject(message(500, 'Internal Server Error'))
  expect(await ask('/v1/x')).toMatchObject(message(500, 'Internal Server Error'))
  expect(await ask('/v1/x')).toMatchObject({ status: 200 })
})

test('without a token nobody is asked', async () => {
  const { ask, calls } = await start()
  expect(await ask('/v1/x', { headers: { authorization: '' } })).toMatchObject(message(401, 'Unauthorized'))
  expect(calls).toEqual([])
})

test.each([
  ['GET', '/v1/x'],
  ['POST', '/v1/'],
  ['POST', '/v1/x/y'],
])('%s %s is no route', async (method, path) => {
  const { ask, calls } = await start()
  const body = method === 'GET' ? null : '{}'
  expect(await ask(path, { method, body })).toMatchObject(message(404, 'Not Found'))
  expect(calls).toEqual([])
})

test('other paths are somebody else’s', async () => {
  expect(await (await start()).ask('/v2/x')).toMatchObject({ status: 418 })
})

test('a function that fails, returns nonsense or takes too long', async () => {
  const failing = await start({
    server: () => {
      throw new Error('broken')
    },
  })
  expect(await failing.ask('/v1/x')).toMatchObject(message(500, 'Internal Server Error'))
  const wrong = await start({ server: () => 'ok' })
  expect(await wrong.ask('/v1/x')).toMatchObject(message(500, 'Internal Server Error'))
  let end: (() => void) | undefined
  const slow = await start({ server: () => new Promise<void>((resolve) => (end = resolve)) }, 20)
  expect(await slow.ask('/v1/x')).toMatchObject(message(503, 'Service Unavailable'))
  end?.()
})

test('a body over 10 MiB does not come to the function', async () => {
  const { ask, named } = await start()
  const body = 'x'.repeat(10 * 1024 * 1024 + 1)
  expect(await ask('/v1/x', { body })).toMatchObject(message(413, 'Request Entity Too Large'))
  expect(named('server')).toEqual([])
})
