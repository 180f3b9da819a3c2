import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { CLOSE, type GatewayConnection } from './gateway-connection.ts'
import type { GatewayContext } from './gateway-context.ts'
import type { PostFault } from './faults.ts'

const ERROR_TYPES: Record<number, string> = {
  400: 'BadRequestException',
  403: 'ForbiddenException',
  410: 'GoneException',
  413: 'PayloadTooLargeException',
  429: 'LimitExceededException',
}

/**
 * Handles the `@connections` API: `POST` sends, `GET` describes, `DELETE` closes. Returns false for any other path.
 * Errors are 403, 410, 413 and 429 with `x-amzn-ErrorType` and `{"message":"…"}`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function handleConnectionsRequest(gateway: GatewayContext, req: IncomingMessage, res: ServerResponse): boolean {
  const path = (req.url ?? '').split('?')[0] ?? ''
  const [root, stage, resource, encodedId, ...rest] = path.split('/')
  if (root !== '' || stage !== gateway.api.stage || !/^(@|%40)connections$/i.test(resource ?? '')) return false
  gateway.running.track(respond(gateway, req, res, rest.length === 0 ? encodedId : undefined))
  return true
}

async function respond(
  gateway: GatewayContext,
  req: IncomingMessage,
  res: ServerResponse,
  encodedId: string | undefined,
): Promise<void> {
  if (!encodedId) return fail(res, 403)
  let connectionId: string
  try {
    connectionId = decodeURIComponent(encodedId)
  } catch {
    return fail(res, 400)
  }
  if (req.method === 'POST') return post(gateway, req, res, connectionId)

  const connection = openConnection(gateway, connectionId)
  if (req.method === 'GET') {
    if (!connection) return fail(res, 410)
    const { connectedAt, sourceIp, userAgent } = connection.session
    return succeed(res, 200, {
      connectedAt: new Date(connectedAt).toISOString(),
      identity: { sourceIp, userAgent },
      lastActiveAt: new Date(connection.lastActiveAt).toISOString(),
    })
  }
  if (req.method === 'DELETE') {
    if (!connection) return fail(res, 410)
    // The client always sees 1000, whatever the reason: https://github.com/boto/boto3/issues/3789
    connection.close(CLOSE.normal)
    return succeed(res, 204)
  }
  return fail(res, 403)
}

async function post(
  gateway: GatewayContext,
  req: IncomingMessage,
  res: ServerResponse,
  connectionId: string,
): Promise<void> {
  let body: Buffer | undefined
  try {
    body = await readBody(req, gateway.limits.messageBytes)
  } catch (error) {
    gateway.log.info('unable to read a post; the caller went away', { connectionId, error: String(error) })
    return
  }
  if (!body) return fail(res, 413)

  let fault: PostFault
  try {
    fault = await gateway.faults.next(connectionId, body)
  } catch (error) {
    gateway.log.error('unable to run the fault hook; it threw', { connectionId, error })
    return fail(res, 500)
  }
  if (fault.delayMs !== undefined) await pause(fault.delayMs, gateway.closing)
  const connection = openConnection(gateway, connectionId)
  if (fault.status !== undefined) {
    if (fault.deliver) connection?.send(body)
    return fail(res, fault.status, fault.errorType)
  }
  if (!connection) return fail(res, 410)
  if (connection.bufferedBytes > gateway.limits.clientBufferBytes) return fail(res, 429)
  connection.send(body)
  return succeed(res, 200)
}

/**
 * Returns undefined if the body is too large. Even then it reads the whole body, so that the caller sees the response.
 */
async function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= limitBytes) chunks.push(chunk)
  }
  return bytes <= limitBytes ? Buffer.concat(chunks) : undefined
}

/** Waits for `ms` milliseconds, or until the gateway closes. */
async function pause(ms: number, closing: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal: closing })
  } catch (error) {
    if (!closing.aborted) throw error
  }
}

/** Returns undefined for a connection that is closing, too. */
function openConnection(gateway: GatewayContext, connectionId: string): GatewayConnection | undefined {
  const connection = gateway.connections.get(connectionId)
  return connection?.isOpen ? connection : undefined
}

function succeed(res: ServerResponse, status: number, body?: object): void {
  res.writeHead(status, body && { 'content-type': 'application/json' })
  res.end(body && JSON.stringify(body))
}

function fail(res: ServerResponse, status: number, errorType: string | null = ERROR_TYPES[status] ?? null): void {
  res.writeHead(status, {
    'content-type': 'application/json',
    ...(errorType !== null && { 'x-amzn-ErrorType': errorType }),
  })
  res.end(JSON.stringify({ message: errorType?.replace(/Exception$/, '') ?? 'Error' }))
}
