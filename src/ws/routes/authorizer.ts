import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { required, text, url } from '../../env.ts'
import { UserId } from '../../protocol/scalars.ts'
import { bearerOf } from '../subprotocol.ts'

/** Asymmetric only: with an HMAC algorithm in the list, the public key would be a valid secret (RFC 8725 §2.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'RS256', 'RS384', 'RS512']

/** Tolerance between the issuer's clock and ours for `nbf` and `iat`; `exp` has none, for every action checks it again. */
const CLOCK_TOLERANCE_SECONDS = 0

// Module scope: one key set and its cache for all invocations of this instance.
const keys = createRemoteJWKSet(new URL(required('JWKS_URL', url)), {
  timeoutDuration: 3_000,
  cooldownDuration: 10_000,
})
const issuer = required('JWT_ISSUER', text)
const audience = required('JWT_AUDIENCE', text)

/**
 * Who opens this connection? A REQUEST authorizer on `$connect`: the token comes as the subprotocol
 * `bearer.<jwt>` or as the query parameter `token`. API Gateway keeps the context for the connection's life.
 *
 * Returns an Allow policy with `{userId, exp}`. Throws `Unauthorized` (HTTP 401, no socket) for a token that is missing,
 * not ours or no longer valid; any other error (HTTP 500) means that the token could not be judged.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = bearerOf(event.headers ?? {}) ?? event.queryStringParameters?.token
  if (token === undefined || token === '') throw unauthorized()
  const { sub, exp } = await verified(token)
  const userId = UserId.safeParse(sub)
  if (!userId.success || exp === undefined) throw unauthorized()
  return {
    principalId: userId.data,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
    },
    context: { userId: userId.data, exp },
  }
}

async function verified(token: string) {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      issuer,
      audience,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    })
    return payload
  } catch (error) {
    // What the token is to blame for. A key set that can't be fetched is our trouble, not the client's: HTTP 500.
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout || isFetchFailure(error))) {
      throw unauthorized()
    }
    throw error
  }
}

/** jose reports an answer other than 200 from the JWKS URL, or one that is not JSON, as a bare JOSEError. */
const isFetchFailure = (error: errors.JOSEError) => error.code === 'ERR_JOSE_GENERIC'

/** API Gateway turns exactly this message into HTTP 401. */
const unauthorized = () => new Error('Unauthorized')
