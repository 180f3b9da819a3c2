import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { bearerOf } from '../subprotocol.ts'
import { InvalidToken, tokenVerifier } from '../verify-token.ts'

const verifyToken = tokenVerifier()

/**
 * The REQUEST authorizer of `$connect`: verifies the token, which is in the subprotocol `bearer.<jwt>` or in the query
 * parameter `token`.
 *
 * @returns an Allow policy with the context `{userId, exp, scopes?}`, which API Gateway adds to every event of the
 *   connection
 * @throws Error `Unauthorized` (HTTP 401, no socket) when the token is missing, not for us, or no longer valid. Any
 * other error (HTTP 500) means that the token could not be checked.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = bearerOf(event.headers ?? {}) ?? event.queryStringParameters?.token
  if (token === undefined || token === '') throw unauthorized()
  const { userId, exp, scopes } = await verifyToken(token).catch((error: unknown) => {
    throw error instanceof InvalidToken ? unauthorized() : error
  })
  // A backend's token is for the server API: over a socket it would be a user who may do everything.
  if (scopes.has('server')) throw unauthorized()
  return {
    principalId: userId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
    },
    context: { userId, exp, ...(scopes.size === 0 ? {} : { scopes: [...scopes].join(' ') }) },
  }
}

/** API Gateway turns exactly this message into HTTP 401, and any other into 500. */
const unauthorized = () => new Error('Unauthorized')
