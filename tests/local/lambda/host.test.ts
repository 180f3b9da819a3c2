import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FunctionError, type Log } from '../../../local/contracts.ts'
import { startLambdaHost, type LambdaHost } from '../../../local/lambda/host.ts'
import type { StackFunction } from '../../../terraform/stack.ts'

const fixture = (path: string, timeoutSeconds = 20): StackFunction => ({
  entry: `tests/fixtures/functions/${path}.ts`,
  memoryMb: 512,
  timeoutSeconds,
  touches: {},
})

const functions = {
  echo: fixture('one/echo'),
  return: fixture('one/return'),
  throw: fixture('one/throw'),
  end: fixture('one/end'),
  hang: fixture('one/hang'),
  hangShortly: fixture('one/hang', 0.2),
  counter: fixture('one/counter'),
  slowToLoad: fixture('one/slow-to-load'),
  isSlowLoaded: fixture('one/is-slow-loaded'),
  broken: fixture('two/broken'),
  noHandler: fixture('two/no-handler'),
  log: fixture('two/log'),
}

/** Returns a log whose lines can be waited for. */
function recordingLog() {
  const lines: { level: string; message: string; fields: Record<string, unknown> | undefined }[] = []
  let written = () => {}
  const write = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    lines.push({ level, message, fields })
    written()
  }
  const log: Log = { info: write('info'), warn: write('warn'), error: write('error') }
  const line = async (message: string) => {
    for (;;) {
      const index = lines.findIndex((candidate) => candidate.message === message)
      if (index >= 0) return lines.splice(index, 1)[0]
      await new Promise<void>((resolve) => (written = resolve))
    }
  }
  return { log, lines, line }
}

const failureOf = async (result: Promise<unknown>): Promise<FunctionError> => {
  const error: unknown = await result.then(
    () => expect.unreachable('the invocation succeeded'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(FunctionError)
  return error as FunctionError
}

const bundles = async () => (await readdir('.tabletalk')).filter((name) => name.includes(`-${String(process.pid)}-`))

describe('the lambda host', () => {
  let host: LambdaHost
  const { log, line, lines } = recordingLog()

  beforeAll(async () => {
    host = await startLambdaHost({
      stack: { functions },
      environment: (functionName) => ({ AWS_REGION: 'eu-west-1', GREETING: functionName === 'log' ? 'b' : 'a' }),
      log,
    })
  })
  afterAll(() => host.close())

  test('carries event and result as JSON, without undefined and without shared objects', async () => {
    const result = await host.invoke('echo', { text: 'ä', nothing: undefined, when: new Date(0) })
    expect(result).toMatchObject({
      event: { text: 'ä', when: '1970-01-01T00:00:00.000Z' },
      date: '1970-01-01T00:00:00.000Z',
    })
    expect(result).not.toHaveProperty('dropped')
    expect(result).not.toHaveProperty('event.nothing')
  })

  test('gives the handler only the environment that was asked for', async () => {
    const result = await host.invoke('echo', {})
    expect(result).toHaveProperty('environment', { AWS_REGION: 'eu-west-1', GREETING: 'a' })
  })

  test('gives the handler a context with its name, a fresh request id and the time that remains', async () => {
    const [first, second] = (await Promise.all([host.invoke('echo', {}), host.invoke('echo', {})])) as {
      context: { functionName: string; awsRequestId: string; memoryLimitInMB: string; remaining: number }
    }[]
    expect(first?.context).toMatchObject({ functionName: 'echo', memoryLimitInMB: '512' })
    expect(first?.context.awsRequestId).not.toBe(second?.context.awsRequestId)
    expect(first?.context.remaining).toBeGreaterThan(10_000)
    expect(first?.context.remaining).toBeLessThanOrEqual(20_000)
  })

  test('answers null for a handler that returns nothing', async () => {
    expect(await host.invoke('return', { what: 'nothing' })).toBeNull()
  })

  test.each([
    ['circle', 'Error', 'Unable to stringify response body'],
    ['large', 'Function.ResponseSizeTooLarge', /exceeded maximum allowed payload size \(6291556 bytes\)/],
  ])('refuses a %s as the result', async (what, errorType, errorMessage) => {
    const error = await failureOf(host.invoke('return', { what }))
    expect(error.errorType).toBe(errorType)
    expect(error.errorMessage).toMatch(errorMessage)
  })

  test('fails with name, message and the original source lines of a thrown error, and lives on', async () => {
    await host.invoke('counter', {})
    const error = await failureOf(host.invoke('throw', {}))
    expect(error).toMatchObject({ errorType: 'RefusedError', errorMessage: 'not today' })
    expect(error.trace).toContain('one/throw.ts:')
    expect(await host.invoke('counter', {})).toBeGreaterThan(1)
  })

  test('fails with the type of a thrown value that is no error', async () => {
    expect(await failureOf(host.invoke('throw', { what: 'string' }))).toMatchObject({
      errorType: 'string',
      errorMessage: 'just text',
    })
  })

  test.each([
    ['exit', 'Runtime.ExitError', /Runtime exited with error: exit status 3/],
    ['rejection', 'Runtime.UnhandledPromiseRejection', /^nobody listens$/],
    ['exception', 'RangeError', /^out of thin air$/],
  ])('fails whatever runs in a worker that ends by %s, and starts another', async (how, errorType, errorMessage) => {
    await host.invoke('counter', {})
    const neighbour = failureOf(host.invoke('hang', {}))
    await line('hanging')
    for (const error of [await failureOf(host.invoke('end', { how })), await neighbour]) {
      expect(error.errorType).toBe(errorType)
      expect(error.errorMessage).toMatch(errorMessage)
    }
    expect(await host.invoke('counter', {})).toBe(1)
  })

  test('reports a rejection that nobody handles', async () => {
    lines.length = 0
    await failureOf(host.invoke('end', { how: 'rejection' }))
    const reported = lines.find(({ level }) => level === 'error')
    expect(reported?.message).toBe('a worker ended by an error that nobody handled')
    expect(reported?.fields?.trace).toContain('nobody listens')
  })

  test.each([{ busy: false }, { busy: true }])('gives up a handler that exceeds its timeout, %o', async (event) => {
    await host.invoke('counter', {})
    const error = await failureOf(host.invoke('hangShortly', event))
    expect(error.errorType).toBe('Sandbox.Timedout')
    expect(error.errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.20 seconds$/)
    expect(await host.invoke('counter', {})).toBe(1)
  })

  test.each([{ busy: false }, { busy: true }])('ends the worker of a handler that timed out, %o', async (event) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const connected = once(server, 'connection')
    const { port } = server.address() as AddressInfo
    const timedOut = failureOf(host.invoke('hangShortly', { ...event, port }))
    const [socket] = (await connected) as [Socket]
    // Only the end of its worker closes what the handler has opened, whether abruptly or not.
    const closed = new Promise((resolve) => socket.resume().once('error', resolve).once('close', resolve))
    expect((await timedOut).errorType).toBe('Sandbox.Timedout')
    await closed
    server.close()
    await once(server, 'close')
  })

  test('lets the neighbours of a timed-out handler finish', async () => {
    const neighbour = host.invoke('hang', {})
    await line('hanging')
    await failureOf(host.invoke('hangShortly', {}))
    await line('hanging')
    const outcome = await Promise.race([neighbour.catch(() => 'failed'), host.invoke('counter', {})])
    expect(outcome).toBe(1)
    const failed = failureOf(neighbour)
    await host.crash('hang')
    expect((await failed).errorType).toBe('Runtime.ExitError')
  })

  test('crashes a handler midway, and starts another worker for the next call', async () => {
    const running = failureOf(host.invoke('hang', {}))
    await line('hanging')
    await host.crash('hang')
    expect((await running).errorType).toBe('Runtime.ExitError')
    expect(await host.invoke('counter', {})).toBe(1)
  })

  test.each([
    ['broken', 'SyntaxError', 'this module cannot be loaded'],
    ['noHandler', 'Runtime.HandlerNotFound', /unable to find the handler/],
  ])('fails when the module of %s is of no use', async (functionName, errorType, errorMessage) => {
    const error = await failureOf(host.invoke(functionName, {}))
    expect(error.errorType).toBe(errorType)
    expect(error.errorMessage).toMatch(errorMessage)
  })

  test('passes what a handler prints to the log', async () => {
    await host.invoke('log', {})
    expect(await line('to stdout')).toMatchObject({ level: 'info', fields: { source: 'tests/fixtures/functions/two' } })
    expect(await line('to stderr')).toMatchObject({ level: 'warn' })
  })

  test('refuses a function that the stack does not have', async () => {
    await expect(host.invoke('nobody', {})).rejects.toThrow('unable to invoke nobody; the stack has no such function')
  })
})

describe('starting and closing the lambda host', () => {
  const start = (
    names: (keyof typeof functions)[],
    options: { environments?: number; initTimeoutMs?: number } = {},
  ) => {
    const { log, line } = recordingLog()
    const chosen = Object.fromEntries(names.map((name) => [name, functions[name]]))
    return startLambdaHost({ stack: { functions: chosen }, environment: () => ({}), log, ...options }).then((host) => ({
      host,
      line,
    }))
  }

  test('warm loads every function and tells of one that cannot be loaded', async () => {
    const good = await start(['echo', 'log'])
    await good.host.warm()
    await good.host.close()
    const bad = await start(['echo', 'broken'])
    expect((await failureOf(bad.host.warm())).errorType).toBe('SyntaxError')
    await bad.host.close()
  })

  test('warm takes as long as a slow machine needs, and loads nothing twice', async () => {
    const { host } = await start(['counter'], { initTimeoutMs: 0 })
    await Promise.all([host.warm(), host.warm()])
    expect([await host.invoke('counter', {}), await host.invoke('counter', {})]).toEqual([1, 2])
    await host.close()
  })

  test('no handler begins while other functions are being loaded, which would use up its timeouts', async () => {
    const { host } = await start(['slowToLoad', 'isSlowLoaded'])
    const warmed = host.warm()
    expect(await host.invoke('isSlowLoaded', {})).toBe(true)
    await warmed
    await host.close()
  })

  test('several execution environments take turns, each with module state of its own', async () => {
    const { host } = await start(['counter'], { environments: 2 })
    const counts: unknown[] = []
    for (let i = 0; i < 4; i++) counts.push(await host.invoke('counter', {}))
    expect(counts).toEqual([1, 1, 2, 2])
    await host.close()
  })

  test('close waits for running invocations, refuses new ones and removes the bundle', async () => {
    const before = await bundles()
    const { host, line } = await start(['hangShortly', 'counter'])
    expect(await bundles()).toHaveLength(before.length + 1)
    const running = failureOf(host.invoke('hangShortly', {}))
    await line('hanging')
    const closed = host.close()
    await expect(host.invoke('counter', {})).rejects.toThrow('unable to invoke a function; the host is closed')
    await closed
    expect((await running).errorType).toBe('Sandbox.Timedout')
    expect(await bundles()).toEqual(before)
  })

  test('names the entry that cannot be bundled and leaves nothing behind', async () => {
    const before = await bundles()
    const stack = { functions: { missing: fixture('one/missing') } }
    const started = startLambdaHost({ stack, environment: () => ({}), log: recordingLog().log })
    await expect(started).rejects.toThrow(/unable to bundle the functions; .*one\/missing/s)
    expect(await bundles()).toEqual(before)
  })
})
