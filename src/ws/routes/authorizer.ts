import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { SessionId } from '../../protocol/scalars.ts'
import { bearerOf } from '../subprotocol.ts'
import { InvalidToken, tokenVerifier, type Verified } from '../verify-token.ts'

const verifyToken = tokenVerifier()

/**
 * The REQUEST authorizer of `$connect`: verifies the token, which is in the subprotocol `bearer.<jwt>` or in the query
 * parameter `token`.
 *
 * @returns an Allow policy for `$connect` with the context `{userId, exp, sessionId?, scopes?, name?, imageUrl?}`,
 *   which API Gateway adds to every event of the connection; `sessionId` is the query parameter, if it is valid. If the
 *   token is missing, not for this deployment, or no longer valid, the context is `{refused: 'token'}`, and `$connect`
 *   returns 401. The authorizer itself could return 401 only by throwing, and bad tokens would then raise the alarm for
 *   its errors.
 * @throws Error (HTTP 500) when the token could not be checked
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = bearerOf(event.headers ?? {}) ?? event.queryStringParameters?.token
  const verified = token === undefined || token === '' ? undefined : await unlessInvalid(token)
  // A backend's token is only for the server API. On a socket it would make a user who may do everything.
  if (verified === undefined || verified.scopes.has('server')) return allow(event, 'nobody', { refused: 'token' })
  const { userId, exp, scopes, claimed } = verified
  const granted = scopes.size === 0 ? {} : { scopes: [...scopes].join(' ') }
  return allow(event, userId, { userId, exp, ...sessionIn(event), ...granted, ...claimed })
}

/**
 * Returns the connection's session. It is in this context because API Gateway adds nothing else to every event for
 * free.
 */
function sessionIn({ queryStringParameters }: APIGatewayRequestAuthorizerEvent): { sessionId?: string } {
  const { data: sessionId } = SessionId.safeParse(queryStringParameters?.sessionId)
  return sessionId === undefined ? {} : { sessionId }
}

async function unlessInvalid(token: string): Promise<Verified | undefined> {
  try {
    return await verifyToken(token)
  } catch (error) {
    if (error instanceof InvalidToken) return undefined
    throw error
  }
}

const allow = (
  { methodArn }: APIGatewayRequestAuthorizerEvent,
  principalId: string,
  context: Record<string, string | number>,
): APIGatewayAuthorizerResult => ({
  principalId,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
  },
  context,
})
