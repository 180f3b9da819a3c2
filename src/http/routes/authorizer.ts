import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda'
import { headerOf } from '../../ws/header-of.ts'
import { InvalidToken, tokenVerifier, type Verified } from '../../ws/verify-token.ts'
import type { AuthorizerContext } from '../server-event.ts'

type Result = APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext | Record<string, never>>

const verifyToken = tokenVerifier()

/**
 * The authorizer of the server API, with simple responses. It allows tokens whose scope has `tabletalk:server`. A
 * refused request gets 403. API Gateway itself returns 401 for a request without a token, and caches each result for
 * minutes.
 *
 * @throws Error (HTTP 500) when the token could not be checked
 */
export async function handler(event: APIGatewayRequestAuthorizerEventV2): Promise<Result> {
  const verified = await verifiedBy(headerOf(event.headers ?? {}, 'authorization'))
  if (!verified?.scopes.has('server')) return { isAuthorized: false, context: {} }
  const { userId, exp, scopes } = verified
  return { isAuthorized: true, context: { sub: userId, exp, scopes: [...scopes].join(' ') } }
}

/**
 * Returns the verified token; undefined if it is not valid here. The scheme's name is case-insensitive (RFC 9110
 * §11.1).
 */
async function verifiedBy(authorization: string | undefined): Promise<Verified | undefined> {
  const [, token] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  if (token === undefined) return undefined
  try {
    return await verifyToken(token)
  } catch (error) {
    if (error instanceof InvalidToken) return undefined
    throw error
  }
}
