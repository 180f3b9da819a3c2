import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { required, text, url } from '../../env.ts'
import { UserId } from '../../protocol/scalars.ts'
import { bearerOf } from '../subprotocol.ts'

/** Asymmetric only: with an HMAC algorithm in the list, the public key would be a valid secret (RFC 8725 §2.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'RS256', 'RS384', 'RS512']

// At module scope, so that all invocations of this instance share the key set and its cache.
const keys = createRemoteJWKSet(new URL(required('JWKS_URL', url)), {
  timeoutDuration: 3_000,
  cooldownDuration: 10_000,
})
const issuer = required('JWT_ISSUER', text)
const audience = required('JWT_AUDIENCE', text)

/**
 * The REQUEST authorizer of `$connect`: verifies the token, which is in the subprotocol `bearer.<jwt>` or in the query
 * parameter `token`.
 *
 * @returns an Allow policy with the context `{userId, exp}`, which API Gateway adds to every event of the connection
 * @throws Error `Unauthorized` (HTTP 401, no socket) when the token is missing, not for us, or no longer valid. Any
 * other error (HTTP 500) means that the token could not be checked.
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
    })
    return payload
  } catch (error) {
    // The token's fault. Keys that can't be fetched are our fault and not the client's: HTTP 500.
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout || isFetchFailure(error))) {
      throw unauthorized()
    }
    throw error
  }
}

/** jose throws a bare JOSEError when the JWKS URL returns a status other than 200, or something that is not JSON. */
const isFetchFailure = (error: errors.JOSEError) => error.code === 'ERR_JOSE_GENERIC'

/** API Gateway turns exactly this message into HTTP 401, and any other into 500. */
const unauthorized = () => new Error('Unauthorized')
