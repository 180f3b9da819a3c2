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
 *   which API Gateway adds to every event of the connection; `sessionId` is the query parameter, if it is one. When the
 *   token is missing, not for us, or no longer valid, the context is `{refused: 'token'}`, and `$connect` returns 401:
 *   an authorizer can return 401 by an error only, and then whoever sends bad tokens would raise the alarm for errors
 *   of this function.
 * @throws Error (HTTP 500) when the token could not be checked
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = bearerOf(event.headers ?? {}) ?? event.queryStringParameters?.token
  const verified = token === undefined || token === '' ? undefined : await unlessInvalid(token)
  // A backend's token is for the server API: over a socket it would be a user who may do everything.
  if (verified === undefined || verified.scopes.has('server')) return allow(event, 'nobody', { refused: 'token' })
  const { userId, exp, scopes, claimed } = verified
  const granted = scopes.size === 0 ? {} : { scopes: [...scopes].join(' ') }
  return allow(event, userId, { userId, exp, ...sessionIn(event), ...granted, ...claimed })
}

/** The session that the connection is for: kept here, because nothing else comes with every event at no cost. */
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
