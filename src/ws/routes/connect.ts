import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { deleteConnection, putConnection } from '../../entities/connection.ts'
import { noteAdmin, standingOfUser } from '../../entities/user.ts'
import { listOf, optional } from '../../env.ts'
import { defined } from '../../protocol/defined.ts'
import { ChatRoomId, SessionId } from '../../protocol/scalars.ts'
import { callerOf } from '../caller-of.ts'
import { chatErrorOf } from '../chat-error-of.ts'
import { headerOf, type Headers } from '../header-of.ts'
import { logger } from '../../logger.ts'
import type { SocketEvent } from '../socket-event.ts'
import { offeredProtocols, SUBPROTOCOL } from '../subprotocol.ts'

type ConnectEvent = SocketEvent & {
  headers?: Headers
  queryStringParameters?: Record<string, string | undefined>
}

const metrics = new Metrics({ serviceName: 'connect' })

const origins = listOf({
  expected: '* or an origin such as https://chat.example.com',
  pattern: /^(?:\*|https?:\/\/[^\s/,]+)$/,
})

/**
 * Origins of the pages that may connect; `*` allows every page. API Gateway does not check the origin of a WebSocket.
 */
const allowedOrigins = optional('ALLOWED_ORIGINS', origins) ?? ['*']

/**
 * Stores a connection that the authorizer allowed, and returns the application's subprotocol if the client offered it.
 * The ban is checked after the connection is stored: so either `banUser` finds this connection, or this function finds
 * the ban. A user whose token makes them an admin is noted as one, so that no lower role can act on them. AP1, AP77,
 * AP157, AP2.
 *
 * Any status but 200 opens no socket: 401 for a token that the authorizer refused or that has expired since, 400 for an
 * invalid `chatRoomId` or `sessionId`, 403 for a page of another origin or a user who is banned from the deployment,
 * 503 when the table cannot be reached (the client tries again), 500 for any other error. 401, 400 and 403 are counted
 * in a metric, because API Gateway counts them as errors of this function.
 */
export async function handler(event: ConnectEvent): Promise<APIGatewayProxyStructuredResultV2> {
  const headers = event.headers ?? {}
  const { chatRoomId: opened, sessionId: named } = event.queryStringParameters ?? {}
  if (isRefused(event)) return refusal(401)
  if (opened !== undefined && !ChatRoomId.safeParse(opened).success) return refusal(400)
  if (named !== undefined && !SessionId.safeParse(named).success) return refusal(400)
  if (!originAllowed(headers)) return refusal(403)
  try {
    const { userId, connectionId, rowsExpireAt, sessionId, scopes } = callerOf(event)
    await putConnection({
      connectionId,
      userId,
      ...defined({ chatRoomId: opened, sessionKey: sessionId }),
      lastConnectedAt: event.requestContext.connectedAt,
      expiresAt: rowsExpireAt,
    })
    const { blockedUntil, isAdmin } = await standingOfUser(userId, Date.now())
    if (blockedUntil !== undefined) {
      await deleteConnection(connectionId)
      return refusal(403)
    }
    if (isAdmin !== scopes.has('admin')) await noteAdmin(userId, scopes.has('admin'))
  } catch (error) {
    const { code } = chatErrorOf(error)
    if (code === 'token_expired') return refusal(401)
    logger.error('connect failed', { code, traceId: event.requestContext.requestId, error: error as Error })
    return { statusCode: code === 'unavailable' ? 503 : 500 }
  }
  return offeredProtocols(headers).includes(SUBPROTOCOL)
    ? { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } }
    : { statusCode: 200 }
}

/** A connection without a user is never opened, whatever else the authorizer returned. */
const isRefused = ({ requestContext: { authorizer } }: ConnectEvent): boolean =>
  (authorizer as Partial<typeof authorizer> | undefined)?.userId === undefined

function refusal(statusCode: 400 | 401 | 403): APIGatewayProxyStructuredResultV2 {
  metrics.addMetric('ConnectsRefused', MetricUnit.Count, 1)
  metrics.publishStoredMetrics()
  return { statusCode }
}

/** A client without an Origin is not a browser. It could send any origin, so the check would protect nobody. */
function originAllowed(headers: Headers): boolean {
  const origin = headerOf(headers, 'origin')
  return origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin)
}
