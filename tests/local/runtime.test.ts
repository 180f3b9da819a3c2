import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { WebSocket } from 'ws'
import { StartupError, type Log } from '../../local/contracts.ts'
import { listen } from '../../local/http.ts'
import { FILES_BUCKET } from '../../local/parts/start-bucket-part.ts'
import type { RuntimeOptions } from '../../local/runtime-options.ts'
import { startRuntime, type Runtime } from '../../local/runtime.ts'
import { loadStack, type Stack } from '../../terraform/stack.ts'
import { credentials } from '../support/account.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const fixture = (name: string, touches: Stack['functions'][string]['touches'] = {}): Stack['functions'][string] => ({
  entry: `tests/fixtures/functions/${name}.ts`,
  memoryMb: 512,
  timeoutSeconds: 10,
  touches,
})

/** The wiring of the real stack, with functions that report what the runtime gives them. */
const stack: Stack = {
  ...loadStack(),
  functions: {
    authorizer: fixture('runtime/authorizer'),
    ok: fixture('runtime/ok'),
    echo: fixture('runtime/echo'),
    streams: fixture('stream/consumer', { connections: ['POST'] }),
  },
  authorizer: 'authorizer',
  routes: {
    $connect: { function: 'ok', authorized: true },
    $disconnect: { function: 'ok' },
    $default: { function: 'echo', reply: true },
  },
  stream: { ...loadStack().stream, filters: [{ eventName: ['INSERT'] }], maximumRetryAttempts: 0 },
}

/** The log of one runtime. */
const lines: string[] = []
const line = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
const log: Log = { info: () => {}, warn: line('warn'), error: line('error') }

let tables = 0
const start = (options: RuntimeOptions = {}) =>
  startRuntime({
    stack,
    dynamodbEndpoint: inject('dynamodbEndpoint'),
    credentials,
    tableName: `runtime-${String(process.pid)}-${String((tables += 1))}`,
    log,
    ...options,
  })

const connect = async (runtime: Runtime, token: string): Promise<WebSocket> => {
  const socket = new WebSocket(runtime.wsUrl, ['tabletalk.v1', `bearer.${token}`])
  await once(socket, 'open')
  return socket
}

const ask = async (socket: WebSocket, frame: object): Promise<unknown> => {
  const answered = once(socket, 'message')
  socket.send(JSON.stringify(frame))
  const [data] = (await answered) as [Buffer]
  return JSON.parse(data.toString())
}

const put = (runtime: Runtime, pk: string, fields: Record<string, { S: string }> = {}) =>
  runtime.dynamodb.send(
    new PutItemCommand({ TableName: runtime.tableName, Item: { pk: { S: pk }, sk: { S: randomUUID() }, ...fields } }),
  )

describe('the runtime', () => {
  let runtime: Runtime
  beforeAll(async () => {
    runtime = await start()
  })
  afterAll(() => runtime.close())

  test('serves page, keys, tokens and health at one port', async () => {
    const get = async (path: string) => (await fetch(runtime.url + path)).status
    expect(await Promise.all(['/', '/.well-known/jwks.json', '/healthz', '/nothing'].map(get))).toEqual([
      200, 200, 200, 404,
    ])
    const response = await fetch(`${runtime.url}/dev/token`, { method: 'POST', body: '{"userId":"ada"}' })
    expect(response.status).toBe(200)
    expect(await (await fetch(`${runtime.url}/healthz`)).json()).toEqual({
      status: 'ok',
      parts: { dynamodb: 'ok', stream: 'ok', bucket: 'ok', functions: 'ok' },
    })
  })

  test('connects whoever has a token of its issuer, and no one else', async () => {
    const socket = await connect(runtime, await runtime.token('ada'))
    expect(runtime.gateway.connectionIds()).toHaveLength(1)
    const closed = once(socket, 'close')
    socket.close()
    await closed
    const [error] = (await once(new WebSocket(runtime.wsUrl), 'error')) as [Error]
    expect(error.message).toBe('Unexpected server response: 401')
  })

  test('runs the route, whose environment does not know where connections are posted to', async () => {
    const socket = await connect(runtime, await runtime.token('ada'))
    const { environment } = (await ask(socket, { action: 'any' })) as { environment: Record<string, string> }
    socket.close()
    expect(environment).toMatchObject({
      TABLE_NAME: runtime.tableName,
      AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
      JWKS_URL: `${runtime.url}/.well-known/jwks.json`,
    })
    expect(environment).not.toHaveProperty('CONNECTIONS_ENDPOINT')
    expect(environment).not.toHaveProperty('HOME')
  })

  test('invokes the stream function, which can post', async () => {
    const socket = await connect(runtime, await runtime.token('ada'))
    const posted = once(socket, 'message')
    const [connectionId = ''] = runtime.gateway.connectionIds()
    await put(runtime, 'greeting', { postTo: { S: connectionId } })
    const [data] = (await posted) as [Buffer]
    expect(data.toString()).toBe('greeting')
    socket.close()
  })

  test('hands on what the stream function cannot process to the on-failure destination', async () => {
    await put(runtime, 'poison')
    const [failure] = await runtime.failures.atLeast(1)
    expect(failure?.payload).toContain('poison')
    expect(failure?.requestContext.condition).toBe('RetryAttemptsExhausted')
  })

  test.each([
    ['http://localhost:5173', true],
    ['https://localhost:5173', true],
    ['http://127.0.0.1:8080', true],
    ['http://[::1]:8080', true],
    ['http://evil.example', false],
    ['http://localhost.evil.example:5173', false],
    ['http://127.0.0.1.evil.example', false],
    ['null', false],
  ])('whether a page of %s may use the bucket, by CORS: %s', async (origin, may) => {
    const object = `${runtime.bucket.endpoint}/${FILES_BUCKET}/rooms/r/u/k`
    const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }
    for (const request of [preflight, { headers: { origin } }]) {
      const { headers } = await fetch(object, request)
      expect(headers.get('access-control-allow-origin')).toBe(may ? origin : null)
      expect([...headers.keys()].some((name) => name.startsWith('access-control-'))).toBe(may)
    }
  })

  test('deletes what has expired', async () => {
    await runtime.dynamodb.send(
      new PutItemCommand({
        TableName: runtime.tableName,
        Item: { pk: { S: 'old' }, sk: { S: 'item' }, expiresAt: { N: String(Math.floor(Date.now() / 1000) - 10) } },
      }),
    )
    expect(await runtime.sweeper.sweep()).toBe(1)
  })
})

describe('starting and stopping the runtime', () => {
  test('close ends connections, frees the port and leaves nothing of the bundle', async () => {
    const runtime = await start()
    const socket = await connect(runtime, await runtime.token('ada'))
    const closed = once(socket, 'close')
    await runtime.close()
    expect((await closed)[0]).toBe(1012)
    await expect(fetch(`${runtime.url}/healthz`)).rejects.toThrow('fetch failed')
    const left = (await readdir('.tabletalk')).filter((name) => name.includes(`-${String(process.pid)}-`))
    expect(left).toEqual([])
  })

  test('is healthy no longer when its table does not answer', async () => {
    const runtime = await start()
    runtime.dynamodb.destroy()
    runtime.dynamodb.middlewareStack.add(() => () => Promise.reject(new Error('cut off')), { step: 'initialize' })
    const response = await fetch(`${runtime.url}/healthz`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'failing',
      parts: { dynamodb: 'cut off', stream: 'ok', bucket: 'ok', functions: 'ok' },
    })
    await runtime.close()
  })

  test('says which port is taken and how to choose another', async () => {
    const other = createServer()
    const port = await listen(other, 0, '127.0.0.1')
    const started = start({ port })
    await expect(started).rejects.toThrow(StartupError)
    await expect(started).rejects.toThrow(
      `unable to listen on 127.0.0.1:${String(port)}; the port is taken – choose another: PORT=8081 npm start`,
    )
    other.close()
    await once(other, 'close')
  })

  test('stops what had started when a later part fails', async () => {
    const probe = createServer()
    const port = await listen(probe, 0, '127.0.0.1')
    probe.close()
    await once(probe, 'close')
    const functions = { ...stack.functions, echo: fixture('runtime/missing') }
    await expect(start({ port, stack: { ...stack, functions } })).rejects.toThrow('unable to bundle the functions')
    const again = createServer()
    expect(await listen(again, port, '127.0.0.1')).toBe(port)
    again.close()
    await once(again, 'close')
  })
})

describe('a runtime with a data directory', () => {
  const dataDir = temporaryFolder()

  test('goes on after a restart with the same key, table and place in the stream', async () => {
    const tableName = `runtime-${String(process.pid)}-kept`
    const first = await start({ dataDir, tableName })
    const token = await first.token('ada')
    await put(first, 'poison')
    await first.failures.atLeast(1)
    await first.mapping.idle()
    await first.close()

    const second = await start({ dataDir, tableName })
    const socket = await connect(second, token)
    socket.close()
    await put(second, 'poison')
    await second.mapping.idle()
    // The first record is not processed again.
    expect(second.failures.records).toHaveLength(1)
    await second.close()
    expect(await readdir(join(dataDir, 'on-failure'))).toHaveLength(2)
  })

  test('names the key file that is broken and stops', async () => {
    await writeFile(join(dataDir, 'issuer-key.json'), 'broken')
    await expect(start({ dataDir })).rejects.toThrow(StartupError)
  })
})
