import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Closable } from '../contracts.ts'
import { listen, originOf, readBody } from '../http.ts'

/** More than DynamoDB accepts, which is 16 MB for a batch. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024

const TYPE = 'application/x-amz-json-1.0'

/** An operation of DynamoDB, e.g. `PutItem`, and its input. */
export interface Call {
  operation: string
  input: Record<string, unknown>
}

/**
 * What happens to a call. An object with `status` is the response, and DynamoDB isn't called. An object with `input`
 * replaces the input, and `answer` is merged into the response. `drop` breaks the socket before DynamoDB is called,
 * `dropAnswer` after it has processed the call. Undefined passes the call on unchanged.
 */
export type Passing =
  { status: number; body: unknown } | { input: object; answer?: object | undefined } | 'drop' | 'dropAnswer' | undefined

interface ProxyOptions {
  /** The endpoint of the DynamoDB that processes the calls. */
  endpoint: string
  /** Called before every call. */
  pass: (call: Call) => Passing | Promise<Passing>
  /** Replaces the request's own key id. DynamoDB Local ignores the rest of a signature. */
  accessKeyId?: string
  /** Called when a call could not be passed on. Its socket is closed. */
  onError?: (error: unknown) => void
}

/** Starts a proxy in front of a DynamoDB. `pass` decides what happens to each call. */
export async function startDynamoDbProxy(options: ProxyOptions): Promise<Closable & { endpoint: string }> {
  const server = createServer((req, res) => {
    passOn(options, req, res).catch((error: unknown) => {
      options.onError?.(error)
      res.destroy()
    })
  })
  const host = '127.0.0.1'
  const port = await listen(server, 0, host)
  return {
    endpoint: originOf(host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function passOn(
  { endpoint, pass, accessKeyId }: ProxyOptions,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const body = await readBody(req, MAX_REQUEST_BYTES)
  const operation = String(req.headers['x-amz-target']).split('.')[1] ?? ''
  const passing = await pass({ operation, input: JSON.parse(body ?? '{}') as Call['input'] })
  if (passing === 'drop') return void req.socket.destroy()
  if (typeof passing === 'object' && 'status' in passing) {
    return answer(res, passing.status, JSON.stringify(passing.body))
  }
  const changed = typeof passing === 'object' ? passing : undefined
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = req.headers
  const authorization = String(headers.authorization).replace(/(?<=Credential=)[^/]+/, accessKeyId ?? '$&')
  const upstream = await fetch(endpoint, {
    method: 'POST',
    headers: { ...(headers as Record<string, string>), authorization },
    body: changed ? JSON.stringify(changed.input) : body!,
  })
  const text = await upstream.text()
  if (passing === 'dropAnswer') return void req.socket.destroy()
  const added = changed?.answer
  answer(res, upstream.status, added ? JSON.stringify({ ...(JSON.parse(text) as object), ...added }) : text)
}

const answer = (res: ServerResponse, status: number, text: string): void =>
  void res.writeHead(status, { 'content-type': TYPE }).end(text)
