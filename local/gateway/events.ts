import type { IncomingMessage } from 'node:http'
import { newTraceId } from './ids.ts'

/** The API that the events name. */
export interface Api {
  apiId: string
  stage: string
  region: string
  accountId: string
}

/**
 * `requestContext.authorizer`: the principal and context that the authorizer returned. They stay the same as long as
 * the connection lives.
 */
export type AuthorizerContext = { principalId: string; integrationLatency: number } & Record<string, string | number>

/** The values that all events of one connection have in common. */
export interface Session {
  connectionId: string
  /** In epoch milliseconds. */
  connectedAt: number
  /** The upgrade request's Host header, with the port. */
  domainName: string
  sourceIp: string
  userAgent: string | undefined
  authorizer: AuthorizerContext | undefined
}

/** The parts of the upgrade request that CONNECT and authorizer events contain besides the session. */
export interface Handshake {
  requestId: string
  headers: [name: string, value: string][]
  query: [name: string, value: string][]
}

export function handshakeOf(req: IncomingMessage, requestId: string, epochMs: number): Handshake {
  const headers: [string, string][] = []
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = req.rawHeaders.slice(i, i + 2)
    if (!GATEWAY_HEADERS.has(name.toLowerCase())) headers.push([name, value])
  }
  headers.push(
    ['X-Amzn-Trace-Id', newTraceId(epochMs)],
    ['X-Forwarded-For', sourceIpOf(req)],
    ['X-Forwarded-Port', String(req.socket.localPort)],
    ['X-Forwarded-Proto', 'http'],
  )
  const query = [...new URLSearchParams(req.url?.split('?')[1] ?? '')]
  return { requestId, headers, query }
}

const GATEWAY_HEADERS = new Set(['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'])

/** Returns the client's address. A dual-stack listener shows an IPv4 address as `::ffff:127.0.0.1`. */
export function sourceIpOf(req: IncomingMessage): string {
  return (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}

/**
 * Returns the input of a REQUEST authorizer:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function authorizerEvent(
  api: Api,
  session: Session,
  handshake: Handshake,
): Record<string, unknown> & { methodArn: string } {
  const headers: Handshake['headers'] = [...handshake.headers, ['content-length', '0']]
  return {
    type: 'REQUEST',
    methodArn: `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/${api.stage}/$connect`,
    headers: lastValues(headers),
    multiValueHeaders: allValues(headers),
    queryStringParameters: lastValues(handshake.query),
    multiValueQueryStringParameters: allValues(handshake.query),
    stageVariables: {},
    requestContext: requestContext(api, session, handshake.requestId, { routeKey: '$connect', eventType: 'CONNECT' }),
  }
}

export function connectEvent(api: Api, session: Session, handshake: Handshake): object {
  const headers = handshake.headers.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()))
  return {
    headers: lastValues(headers),
    multiValueHeaders: allValues(headers),
    ...(handshake.query.length > 0 && {
      queryStringParameters: lastValues(handshake.query),
      multiValueQueryStringParameters: allValues(handshake.query),
    }),
    requestContext: requestContext(api, session, handshake.requestId, { routeKey: '$connect', eventType: 'CONNECT' }),
    isBase64Encoded: false,
  }
}

const HOP_BY_HOP = new Set(['connection', 'upgrade'])

export function messageEvent(
  api: Api,
  session: Session,
  message: { requestId: string; messageId: string; routeKey: string; body: string },
): object {
  const { requestId, messageId, routeKey, body } = message
  return {
    requestContext: requestContext(api, session, requestId, { routeKey, messageId, eventType: 'MESSAGE' }),
    body,
    isBase64Encoded: false,
  }
}

export function disconnectEvent(
  api: Api,
  session: Session,
  close: { requestId: string; code: number; reason: string },
): object {
  const headers: Handshake['headers'] = [
    ['Host', session.domainName],
    ['x-api-key', ''],
    ['X-Forwarded-For', ''],
    ['x-restapi', ''],
  ]
  return {
    headers: lastValues(headers),
    multiValueHeaders: allValues(headers),
    requestContext: requestContext(api, session, close.requestId, {
      routeKey: '$disconnect',
      disconnectStatusCode: close.code,
      eventType: 'DISCONNECT',
      disconnectReason: close.reason,
    }),
    isBase64Encoded: false,
  }
}

function requestContext(api: Api, session: Session, requestId: string, own: object): object {
  const now = Date.now()
  return {
    ...own,
    extendedRequestId: requestId,
    requestTime: commonLogTime(now),
    messageDirection: 'IN',
    stage: api.stage,
    connectedAt: session.connectedAt,
    requestTimeEpoch: now,
    identity: {
      ...(session.userAgent !== undefined && { userAgent: session.userAgent }),
      sourceIp: session.sourceIp,
    },
    requestId,
    domainName: session.domainName,
    connectionId: session.connectionId,
    apiId: api.apiId,
    ...(session.authorizer && { authorizer: session.authorizer }),
  }
}

/** Formats a time as `20/Jan/2024:11:55:00 +0000`. */
function commonLogTime(epochMs: number): string {
  const [, day, month, year, time] = new Date(epochMs).toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

function lastValues(pairs: [string, string][]): Record<string, string> {
  return Object.fromEntries(pairs)
}

function allValues(pairs: [string, string][]): Record<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries(values)
}
