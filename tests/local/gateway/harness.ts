import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import { onTestFinished } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import type { Log } from '../../../local/contracts.ts'
import { createGateway, type Gateway } from '../../../local/gateway/gateway.ts'
import type { GatewayLimits } from '../../../local/gateway/gateway-limits.ts'
import type { Stack } from '../../../terraform/stack.ts'

/** An event as the fake functions receive it: from JSON, as in Lambda. */
export interface TestEvent {
  [key: string]: unknown
  requestContext: {
    [key: string]: unknown
    connectionId: string
    requestId: string
    routeKey: string
    authorizer?: Record<string, unknown>
  }
  headers?: Record<string, string>
  body?: string
}

type Functions = Record<string, (event: TestEvent) => unknown>

interface Options {
  functions?: Functions
  routes?: Stack['routes']
  limits?: Partial<GatewayLimits>
}

interface LogLine {
  level: 'info' | 'warn' | 'error'
  message: string
  fields: Record<string, unknown>
}

export interface Harness {
  gateway: Gateway
  port: number
  /** `ws://…/local` */
  url: string
  client: ApiGatewayManagementApiClient
  /** Every event that a function received, in order. */
  events: { functionName: string; event: TestEvent }[]
  log: LogLine[]
  /** Waits for the nth event (counted from 1) that a function receives. */
  event(functionName: string, nth?: number): Promise<TestEvent>
}

export const ROUTES: Stack['routes'] = {
  $connect: { function: 'connect' },
  $disconnect: { function: 'disconnect' },
  $default: { function: 'default', reply: true },
  echo: { function: 'echo', reply: true },
  silent: { function: 'silent' },
}

const FUNCTIONS: Functions = {
  authorizer: (event) => allow(event.methodArn as string),
  connect: () => ({ statusCode: 200 }),
  disconnect: () => ({ statusCode: 200 }),
  default: () => ({ statusCode: 200, body: 'default' }),
  echo: (event) => ({ statusCode: 200, body: event.body }),
  silent: () => ({ statusCode: 200, body: 'never sent' }),
}

export function allow(resource: string, context?: Record<string, unknown>): object {
  return policy('Allow', resource, context)
}

export function policy(effect: string, resource: string, context?: Record<string, unknown>): object {
  return {
    principalId: 'ada',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resource }],
    },
    context,
  }
}

/** Starts a gateway behind a real HTTP server, with functions of plain JavaScript. Stopped when the test ends. */
export async function startGateway({ functions, routes = ROUTES, limits = {} }: Options = {}): Promise<Harness> {
  const implementations: Functions = { ...FUNCTIONS, ...functions }
  const events: Harness['events'] = []
  const waiting = new Set<() => void>()
  const { log, lines } = recordingLog()
  const gateway = createGateway({
    apiId: 'local',
    stage: 'local',
    region: 'us-east-1',
    accountId: '000000000000',
    stack: {
      routes,
      authorizer: 'authorizer',
      functions: Object.fromEntries(
        Object.keys(implementations).map((name) => [
          name,
          { entry: `src/${name}.ts`, memoryMb: 128, timeoutSeconds: 3, touches: {} },
        ]),
      ),
    },
    invoke: async (functionName, event) => {
      const received = JSON.parse(JSON.stringify(event)) as TestEvent
      events.push({ functionName, event: received })
      for (const wake of waiting) wake()
      return implementations[functionName]?.(received)
    },
    log,
    limits,
  })
  const server = createServer((req, res) => {
    if (!gateway.handleRequest(req, res)) res.writeHead(404).end()
  })
  server.on('upgrade', (req, socket, head) => gateway.handleUpgrade(req, socket, head))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = new ApiGatewayManagementApiClient({
    endpoint: `http://127.0.0.1:${port}/local`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  onTestFinished(async () => {
    client.destroy()
    await gateway.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  async function event(functionName: string, nth = 1): Promise<TestEvent> {
    for (;;) {
      const found = events.filter((one) => one.functionName === functionName)[nth - 1]
      if (found) return found.event
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
      })
    }
  }

  return { gateway, port, url: `ws://127.0.0.1:${port}/local`, client, events, log: lines, event }
}

function recordingLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = []
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      lines.push({ level, message, fields })
    }
  return { log: { info: at('info'), warn: at('warn'), error: at('error') }, lines }
}

/** A real `ws` client whose frames are read one by one. */
export class Client {
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #frames: string[] = []
  readonly #readers: ((frame: string) => void)[] = []

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => {
      const reader = this.#readers.shift()
      if (reader) reader(data.toString())
      else this.#frames.push(data.toString())
    })
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  static async connect(url: string, options: ClientOptions & { protocols?: string[] } = {}): Promise<Client> {
    const { protocols = [], ...rest } = options
    const client = new Client(new WebSocket(url, protocols, rest))
    await new Promise((resolve, reject) => client.ws.once('open', resolve).once('error', reject))
    client.ws.on('error', () => client.ws.terminate())
    onTestFinished(() => client.ws.terminate())
    return client
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  async next(): Promise<string> {
    const frame = this.#frames.shift()
    return frame ?? new Promise((resolve) => this.#readers.push(resolve))
  }

  async ask(message: unknown): Promise<unknown> {
    this.send(message)
    return JSON.parse(await this.next())
  }
}

/** Returns the HTTP status with which an upgrade is refused. */
export async function refusedStatus(url: string): Promise<number | undefined> {
  const ws = new WebSocket(url)
  return new Promise((resolve, reject) => {
    ws.on('unexpected-response', (_req, res) => {
      res.resume()
      resolve(res.statusCode)
    })
    ws.on('open', () => reject(new Error('the upgrade was accepted')))
    ws.on('error', reject)
  })
}

/** Returns a promise and the function that resolves it. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((r) => {
    resolve = r
  })
  return { promise, resolve }
}
