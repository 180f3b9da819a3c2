import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda'
import { headerOf } from '../../ws/header-of.ts'
import { InvalidToken, tokenVerifier, type Verified } from '../../ws/verify-token.ts'
import type { AuthorizerContext } from '../server-event.ts'

type Result = APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext | Record<string, never>>

const verifyToken = tokenVerifier()

/**
 * The authorizer of the server API, with simple responses: allows a token whose scope has `tabletalk:server`. Refused
 * is 403; API Gateway itself answers 401 to a request without a token, and keeps each answer for minutes.
 *
 * @throws Error (HTTP 500) when the token could not be checked
 */
export async function handler(event: APIGatewayRequestAuthorizerEventV2): Promise<Result> {
  const verified = await verifiedBy(headerOf(event.headers ?? {}, 'authorization'))
  if (!verified?.scopes.has('server')) return { isAuthorized: false, context: {} }
  const { userId, exp, scopes } = verified
  return { isAuthorized: true, context: { sub: userId, exp, scopes: [...scopes].join(' ') } }
}

/** Undefined for what is no token of ours. The scheme's name is case-insensitive (RFC 9110 §11.1). */
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
