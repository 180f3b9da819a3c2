import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { type CryptoKey, errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from 'jose'
import { optional, required, text, url, wholeNumber } from '../../env.ts'
import { defined } from '../../protocol/defined.ts'
import { UserId } from '../../protocol/scalars.ts'
import { scopesOf } from '../../protocol/scopes.ts'
import { keySet } from '../key-set.ts'
import { bearerOf } from '../subprotocol.ts'

/** Asymmetric only: with an HMAC algorithm in the list, the public key would be a valid secret (RFC 8725 §2.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'RS256', 'RS384', 'RS512']

// At module scope, so that all invocations of this instance share the key set and its cache.
const keys = keySet(new URL(required('JWKS_URL', url)))
const issuer = required('JWT_ISSUER', text)
const audience = required('JWT_AUDIENCE', text)

/** The `typ` of the tokens' header, so that an ID token or a logout token of the same issuer isn't taken for ours. */
const typ = optional('JWT_TYP', text)

/** Since the token's `iat`, which is required then. */
const maxAgeSeconds = optional('JWT_MAX_AGE_SECONDS', wholeNumber({ from: 1 }))

/** The issuer's clock may be ahead by this much: many tokens are valid from the second they are issued in (`nbf`). */
const CLOCK_TOLERANCE_SECONDS = 60

const options: JWTVerifyOptions = {
  algorithms,
  issuer,
  audience,
  requiredClaims: ['sub', 'exp'],
  clockTolerance: CLOCK_TOLERANCE_SECONDS,
  ...defined({ typ, maxTokenAge: maxAgeSeconds }),
}

/**
 * The REQUEST authorizer of `$connect`: verifies the token, which is in the subprotocol `bearer.<jwt>` or in the query
 * parameter `token`.
 *
 * @returns an Allow policy with the context `{userId, exp, scopes?}`, which API Gateway adds to every event of the connection
 * @throws Error `Unauthorized` (HTTP 401, no socket) when the token is missing, not for us, or no longer valid. Any
 * other error (HTTP 500) means that the token could not be checked.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = bearerOf(event.headers ?? {}) ?? event.queryStringParameters?.token
  if (token === undefined || token === '') throw unauthorized()
  const claims = await verified(token)
  const { sub, exp = 0 } = claims
  const userId = UserId.safeParse(sub)
  const scopes = scopesOf(claims)
  // A backend's token is for the server API: over a socket it would be a user who may do everything.
  if (scopes.has('server')) throw unauthorized()
  // The tolerance is not for `exp`. JSON has numbers, such as 1e309, that are read as infinite.
  if (!userId.success || !Number.isFinite(exp) || exp * 1_000 <= Date.now()) throw unauthorized()
  return {
    principalId: userId.data,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
    },
    context: { userId: userId.data, exp, ...(scopes.size === 0 ? {} : { scopes: [...scopes].join(' ') }) },
  }
}

async function verified(token: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, options)
    return payload
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifiedByOneOf(error, token)
    // Keys that can't be had are our fault and not the client's: HTTP 500.
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid)) throw unauthorized()
    throw error
  }
}

/** A token that names no key, while the set has several of its algorithm, as it has during any rotation of keys. */
async function verifiedByOneOf(keys: AsyncIterable<CryptoKey>, token: string): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, key, options)
      return payload
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw unauthorized()
    }
  }
  throw unauthorized()
}

/** API Gateway turns exactly this message into HTTP 401, and any other into 500. */
const unauthorized = () => new Error('Unauthorized')
