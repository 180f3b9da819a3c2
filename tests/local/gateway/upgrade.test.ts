import { connect as connectTcp } from 'node:net'
import { GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi'
import { describe, expect, test } from 'vitest'
import { FunctionError } from '../../../local/contracts.ts'
import { allow, Client, deferred, policy, refusedStatus, ROUTES, startGateway, type TestEvent } from './harness.ts'

const AUTHORIZED = { ...ROUTES, $connect: { function: 'connect', authorized: true } }
const methodArn = 'arn:aws:execute-api:us-east-1:000000000000:local/local/$connect'

function thrown(errorType: string, errorMessage: string) {
  return () => {
    throw new FunctionError(errorType, errorMessage)
  }
}

describe('authorizer', () => {
  test.each<[string, (event: TestEvent) => unknown, number]>([
    ['throws Unauthorized', thrown('Error', 'Unauthorized'), 401],
    ['throws anything else', thrown('Error', 'unauthorized'), 500],
    ['dies', thrown('Runtime.ExitError', 'exit status 1'), 500],
    ['denies', () => policy('Deny', '*'), 403],
    ['allows another resource', () => allow(methodArn.replace('/local/$connect', '/prod/$connect')), 403],
    [
      'allows and denies',
      () => ({
        principalId: 'ada',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: '*', Resource: '*' },
            { Effect: 'Deny', Action: ['execute-api:Invoke'], Resource: [methodArn] },
          ],
        },
      }),
      403,
    ],
    ['returns nothing', () => undefined, 500],
    ['returns no policy', () => ({ principalId: 'ada' }), 500],
    ['returns no principal', () => ({ ...allow('*'), principalId: undefined }), 500],
    ['returns an object in its context', () => allow('*', { user: { id: 'ada' } }), 500],
    ['returns null in its context', () => allow('*', { user: null }), 500],
    ['returns more than 8 KB', () => allow('*', { big: 'x'.repeat(8192) }), 500],
  ])('an authorizer that %s refuses the upgrade', async (_what, authorizer, status) => {
    const api = await startGateway({ routes: AUTHORIZED, functions: { authorizer } })
    expect(await refusedStatus(api.url)).toBe(status)
    expect(api.events.map(({ functionName }) => functionName)).toEqual(['authorizer'])
    expect(api.gateway.connectionIds()).toEqual([])
  })

  test.each([
    methodArn,
    '*',
    'arn:aws:execute-api:*:local/*/$connect',
    methodArn.replace('local/local', 'loca?/local'),
  ])('a policy for %s lets the client in', async (resource) => {
    const api = await startGateway({ routes: AUTHORIZED, functions: { authorizer: () => allow(resource) } })
    await Client.connect(api.url)
    expect((await api.event('authorizer')).methodArn).toBe(methodArn)
  })

  test('context values arrive as strings on CONNECT, MESSAGE and DISCONNECT', async () => {
    const api = await startGateway({
      routes: AUTHORIZED,
      functions: { authorizer: () => allow('*', { userId: 'ada', exp: 1751371200, admin: false }) },
    })
    const client = await Client.connect(api.url)
    await client.ask({ action: 'echo' })
    client.ws.close()
    for (const name of ['connect', 'echo', 'disconnect']) {
      expect((await api.event(name)).requestContext.authorizer).toEqual({
        principalId: 'ada',
        userId: 'ada',
        exp: '1751371200',
        admin: 'false',
        integrationLatency: expect.any(Number) as number,
      })
    }
    expect((await api.event('authorizer')).requestContext.authorizer).toBeUndefined()
  })

  test('an authorizer that takes too long is 500', async () => {
    const hung = deferred()
    const api = await startGateway({
      routes: AUTHORIZED,
      limits: { integrationTimeoutMs: 20 },
      functions: { authorizer: () => hung.promise },
    })
    expect(await refusedStatus(api.url)).toBe(500)
    hung.resolve()
  })
})

test('a fault refuses upgrades with its status before a function runs, as a throttle does, until it is taken away', async () => {
  const api = await startGateway({ routes: AUTHORIZED })
  api.gateway.faults.onUpgrade = () => 429
  expect(await refusedStatus(api.url)).toBe(429)
  expect(api.events).toEqual([])
  api.gateway.faults.onUpgrade = undefined
  await Client.connect(api.url)
})

describe('$connect', () => {
  test.each<[string, (event: TestEvent) => unknown, number]>([
    ['returns 400', () => ({ statusCode: 400 }), 400],
    ['returns 302', () => ({ statusCode: 302 }), 302],
    ['returns 500', () => ({ statusCode: 500 }), 500],
    ['throws', thrown('Error', 'no'), 502],
    ['returns nothing', () => undefined, 502],
  ])('one that %s leaves no connection', async (_what, connect, status) => {
    const api = await startGateway({ functions: { connect } })
    expect(await refusedStatus(api.url)).toBe(status)
    await api.gateway.close()
    expect(api.gateway.connectionIds()).toEqual([])
    expect(api.events.map(({ functionName }) => functionName)).toEqual(['connect'])
  })

  test('one that takes too long is 504', async () => {
    const hung = deferred()
    const api = await startGateway({
      limits: { integrationTimeoutMs: 20 },
      functions: { connect: () => hung.promise },
    })
    expect(await refusedStatus(api.url)).toBe(504)
    hung.resolve()
  })

  test('the connection cannot be posted to while it runs, and can be afterwards', async () => {
    const finish = deferred()
    const api = await startGateway({
      functions: {
        connect: async () => {
          await finish.promise
          return { statusCode: 200 }
        },
      },
    })
    const connecting = Client.connect(api.url)
    const { connectionId } = (await api.event('connect')).requestContext
    const get = new GetConnectionCommand({ ConnectionId: connectionId })
    await expect(api.client.send(get)).rejects.toMatchObject({ name: 'GoneException' })
    finish.resolve()
    await connecting
    expect(api.gateway.connectionIds()).toEqual([connectionId])
    expect(await api.client.send(get)).toMatchObject({ $metadata: { httpStatusCode: 200 } })
  })

  test.each(['Sec-WebSocket-Protocol', 'sec-websocket-protocol'])('its %s header is echoed', async (header) => {
    const api = await startGateway({
      functions: { connect: () => ({ statusCode: 200, headers: { [header]: 'tabletalk.v1' } }) },
    })
    const client = await Client.connect(api.url, { protocols: ['bearer.e30.e30.c2ln', 'tabletalk.v1'] })
    expect(client.ws.protocol).toBe('tabletalk.v1')
    expect((await api.event('connect')).headers).toMatchObject({
      'Sec-WebSocket-Protocol': 'bearer.e30.e30.c2ln,tabletalk.v1',
    })
  })

  test('no subprotocol is echoed when it names none', async () => {
    const api = await startGateway()
    await expect(Client.connect(api.url, { protocols: ['tabletalk.v1'] })).rejects.toThrow('no subprotocol')
  })

  test('compression is never agreed on', async () => {
    const api = await startGateway()
    expect((await Client.connect(api.url, { perMessageDeflate: true })).ws.extensions).toBe('')
  })

  test.each(['FIN', 'RST'])('a client that goes away (%s) meanwhile is disconnected once', async (how) => {
    const finish = deferred()
    const api = await startGateway({
      functions: {
        connect: async () => {
          await finish.promise
          return { statusCode: 200 }
        },
      },
    })
    const socket = connectTcp(api.port, '127.0.0.1')
    socket.write(handshake())
    await api.event('connect')
    const gone = new Promise((resolve) => socket.once('close', resolve))
    if (how === 'FIN') socket.destroy()
    else socket.resetAndDestroy()
    await gone
    finish.resolve()
    const event = await api.event('disconnect')
    expect(event.requestContext).toMatchObject({
      connectionId: (await api.event('connect')).requestContext.connectionId,
      disconnectStatusCode: 1006,
    })
    await api.gateway.close()
    expect(api.events.map(({ functionName }) => functionName)).toEqual(['connect', 'disconnect'])
    expect(api.gateway.connectionIds()).toEqual([])
  })

  test('a handshake that turns out invalid is 400 and disconnected', async () => {
    const api = await startGateway()
    const socket = connectTcp(api.port, '127.0.0.1')
    socket.write(handshake().replace('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 12'))
    const [chunk] = await new Promise<[Buffer]>((resolve) => socket.once('data', (data: Buffer) => resolve([data])))
    expect(chunk.toString()).toMatch(/^HTTP\/1.1 400 /)
    expect((await api.event('disconnect')).requestContext.disconnectStatusCode).toBe(1006)
    socket.destroy()
  })
})

describe('address', () => {
  test.each(['/', '/prod', '/localhost', '/local/x'])('%s is 403', async (path) => {
    const api = await startGateway()
    expect(await refusedStatus(`ws://127.0.0.1:${api.port}${path}`)).toBe(403)
    expect(api.events).toEqual([])
  })

  test('a URL of 4096 characters is served, one more is 414', async () => {
    const api = await startGateway()
    const query = 'a'.repeat(4096 - '/local?'.length)
    await Client.connect(`${api.url}?${query}`)
    expect(await refusedStatus(`${api.url}?${query}a`)).toBe(414)
  })
})

function handshake(): string {
  return [
    'GET /local HTTP/1.1',
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    '',
    '',
  ].join('\r\n')
}
