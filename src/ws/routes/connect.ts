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

/** Of the pages that may connect; `*` is every page. API Gateway doesn't check the origin of a WebSocket. */
const allowedOrigins = optional('ALLOWED_ORIGINS', origins) ?? ['*']

/**
 * Stores a connection that the authorizer allowed, and returns the application's subprotocol if the client offered it.
 * Whether the user was banned is looked at after that: either `banUser` finds this connection, or this finds the ban.
 * That the token makes an admin is noted, where it isn't yet, so that nobody below acts upon them. AP1, AP77, AP157,
 * AP2.
 *
 * Any status but 200 opens no socket: 401 for a token that the authorizer refused or that has expired meanwhile, 400
 * for an invalid `chatRoomId` or `sessionId`, 403 for a page of another origin or a user who was banned from the
 * deployment, 503 when the table can't be reached (the client tries again), 500 for any other error. The first three
 * are counted, because API Gateway counts them as errors of this function.
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
      // The stream forgets it as one of the user's.
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

/** Whatever else the authorizer may say, a connection without a user is never opened. */
const isRefused = ({ requestContext: { authorizer } }: ConnectEvent): boolean =>
  (authorizer as Partial<typeof authorizer> | undefined)?.userId === undefined

function refusal(statusCode: 400 | 401 | 403): APIGatewayProxyStructuredResultV2 {
  metrics.addMetric('ConnectsRefused', MetricUnit.Count, 1)
  metrics.publishStoredMetrics()
  return { statusCode }
}

/** Without an Origin the client is no browser: it could send any, so the check would protect nobody. */
function originAllowed(headers: Headers): boolean {
  const origin = headerOf(headers, 'origin')
  return origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin)
}
