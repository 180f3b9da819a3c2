import { type CryptoKey, decodeJwt, errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from 'jose'
import { optional, text, wholeNumber } from '../env.ts'
import { defined } from '../protocol/defined.ts'
import { UserId } from '../protocol/scalars.ts'
import { type Scope, scopesOf } from '../protocol/scopes.ts'
import { type ClaimedProfile, claimedProfile } from './claimed-profile.ts'
import { type TrustedIssuer, trustedIssuers } from './issuers.ts'

/** Asymmetric only. If the list had an HMAC algorithm, the public key would be a valid secret (RFC 8725 §2.1). */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'RS256', 'RS384', 'RS512']

/** The `typ` in the token's header, so that an ID token or a logout token of the same issuer is not accepted. */
const typ = optional('JWT_TYP', text)

/** Counted from the token's `iat`, which is then required. */
const maxAgeSeconds = optional('JWT_MAX_AGE_SECONDS', wholeNumber({ from: 1 }))

/** How far the issuer's clock may be ahead. Many tokens are valid from the second they are issued (`nbf`). */
const CLOCK_TOLERANCE_SECONDS = 60

const options: JWTVerifyOptions = {
  algorithms,
  requiredClaims: ['iss', 'sub', 'exp'],
  clockTolerance: CLOCK_TOLERANCE_SECONDS,
  ...defined({ typ, maxTokenAge: maxAgeSeconds }),
}

/** The content of a verified token. */
export interface Verified {
  userId: string
  /** Epoch seconds. */
  exp: number
  scopes: ReadonlySet<Scope>
  /** What the token claims about the user besides the id. */
  claimed: ClaimedProfile
}

/** The token is not meant for this deployment, or is no longer valid. */
export class InvalidToken extends Error {}

/**
 * Returns a function that verifies tokens. Make one at module scope, so that all invocations of an instance share its
 * key sets.
 *
 * The returned function throws `InvalidToken` when a token is not meant for this deployment or is no longer valid. Any
 * other error means that the token could not be checked.
 */
export function tokenVerifier(): (token: string) => Promise<Verified> {
  const issuers = trustedIssuers()
  return async (token) => {
    const claims = await claimsOf(token, issuers)
    const { sub, exp = 0 } = claims
    const userId = UserId.safeParse(sub)
    // The tolerance does not apply to `exp`. JSON allows numbers, such as 1e309, that are parsed as infinite.
    if (!userId.success || !Number.isFinite(exp) || exp * 1_000 <= Date.now()) throw new InvalidToken()
    return { userId: userId.data, exp, scopes: scopesOf(claims), claimed: claimedProfile(claims) }
  }
}

async function claimsOf(token: string, issuers: ReadonlyMap<string, TrustedIssuer>): Promise<JWTPayload> {
  try {
    // The unverified issuer is used only to choose the keys for the verification.
    const issuer = issuers.get(decodeJwt(token).iss ?? '')
    if (issuer === undefined) throw new InvalidToken()
    const claims = await verifiedBy(issuer, token)
    if (!isFor(issuer.audiences, claims)) throw new InvalidToken()
    return claims
  } catch (error) {
    // Missing keys are the server's fault and not the client's: HTTP 500.
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid)) throw new InvalidToken()
    throw error
  }
}

async function verifiedBy({ keys }: TrustedIssuer, token: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, options)
    return payload
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifiedByOneOf(error, token)
    throw error
  }
}

/**
 * Whether a token is for one of the audiences. A token without `aud` is for the client that it was issued to:
 * `client_id` in Cognito's access tokens, `azp` in Clerk's session tokens.
 */
function isFor(audiences: readonly string[], { aud, client_id: clientId, azp }: JWTPayload): boolean {
  const named: unknown[] = aud === undefined ? [clientId, azp] : [aud].flat()
  return named.some((name) => audiences.includes(name as string))
}

/** Verifies a token that names no key while the set has several keys of its algorithm, as during any key rotation. */
async function verifiedByOneOf(keys: AsyncIterable<CryptoKey>, token: string): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, key, options)
      return payload
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw new InvalidToken()
    }
  }
  throw new InvalidToken()
}
