import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { putConnection } from '../../entities/connection.ts'
import { listOf, optional } from '../../env.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import { callerOf } from '../caller-of.ts'
import { chatErrorOf } from '../chat-error-of.ts'
import { logger } from '../logger.ts'
import type { SocketEvent } from '../socket-event.ts'
import { offeredProtocols, SUBPROTOCOL } from '../subprotocol.ts'

type ConnectEvent = SocketEvent & {
  headers?: Record<string, string | undefined>
  queryStringParameters?: Record<string, string | undefined>
}

const origins = listOf({
  expected: '* or an origin such as https://chat.example.com',
  pattern: /^(?:\*|https?:\/\/[^\s/,]+)$/,
})

/** Of the pages that may connect; `*` is every page. API Gateway doesn't check the origin of a WebSocket. */
const allowedOrigins = optional('ALLOWED_ORIGINS', origins) ?? ['*']

/**
 * Remembers a connection that the authorizer let in, and echoes the application's subprotocol when it was offered. AP1.
 *
 * Answers 200; 400 for a `chatRoomId` that is none; 403 for a page of another origin; 503 when the table can't be reached
 * (no socket is opened: the client comes again).
 */
export async function handler(event: ConnectEvent): Promise<APIGatewayProxyStructuredResultV2> {
  const headers = event.headers ?? {}
  const opened = event.queryStringParameters?.chatRoomId
  if (opened !== undefined && !ChatRoomId.safeParse(opened).success) return { statusCode: 400 }
  if (!originAllowed(headers)) return { statusCode: 403 }
  try {
    const { userId, connectionId, rowsExpireAt } = callerOf(event)
    await putConnection({
      connectionId,
      userId,
      ...(opened === undefined ? {} : { chatRoomId: opened }),
      lastConnectedAt: event.requestContext.connectedAt,
      expiresAt: rowsExpireAt,
    })
  } catch (error) {
    const { code } = chatErrorOf(error)
    logger.error('connect failed', { code, error: error as Error })
    return { statusCode: code === 'token_expired' ? 401 : code === 'unavailable' ? 503 : 500 }
  }
  return offeredProtocols(headers).includes(SUBPROTOCOL)
    ? { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } }
    : { statusCode: 200 }
}

/** A client that isn't a browser sends no Origin, and could send any. */
function originAllowed(headers: Record<string, string | undefined>): boolean {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'origin')
  const origin = name === undefined ? undefined : headers[name]
  return origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin)
}
