import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import * as z from 'zod/mini'
import { listOf, optional, required, type Shape, text, url } from '../env.ts'
import { keySet } from './key-set.ts'

/** An issuer whose tokens are accepted. */
export interface TrustedIssuer {
  /** The public keys, for `jwtVerify`. */
  keys: JWTVerifyGetKey
  /** A token must be meant for one of these audiences. */
  audiences: readonly string[]
}

/** Public keys as in RFC 7517; at least one. */
const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).check(z.minLength(1)) })

const Further = z.array(
  z
    .strictObject({
      issuer: z.string().check(z.minLength(1)),
      audiences: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
      jwksUrl: z.optional(z.string().check(z.regex(/^https?:\/\/\S+$/))),
      jwks: z.optional(Jwks),
    })
    .check(z.refine(({ jwksUrl, jwks }) => (jwksUrl === undefined) !== (jwks === undefined))),
)

const json = <T>(schema: z.ZodMiniType<T>, expected: string): Shape<T> => ({
  expected,
  parse(value) {
    try {
      return schema.safeParse(JSON.parse(value)).data
    } catch {
      return undefined
    }
  },
})

const audiences = listOf({ expected: 'an audience', pattern: /^\S+$/ })
const ownKeys = optional('JWKS', json(Jwks, 'public keys as JSON, {"keys": [{"kty": …}]}'))

const keysOf = (jwks: z.infer<typeof Jwks> | undefined, jwksUrl: string): JWTVerifyGetKey =>
  jwks === undefined ? keySet(new URL(jwksUrl)) : createLocalJWKSet(jwks)

const FURTHER = 'a JSON list, each {"issuer", "audiences", and either "jwksUrl" or "jwks"}'
const further = optional('MORE_ISSUERS', json(Further, FURTHER)) ?? []

const issuer = required('JWT_ISSUER', text)
const ownAudiences = required('JWT_AUDIENCE', audiences)
const ownUrl = ownKeys === undefined ? required('JWKS_URL', url) : ''

/**
 * Returns the issuers whose tokens are accepted, by `iss`. An issuer's keys are at a URL and fetched when they are
 * needed, or given in the settings if the issuer has no URL.
 */
export const trustedIssuers = (): ReadonlyMap<string, TrustedIssuer> =>
  new Map([
    ...further.map(
      ({ issuer, audiences, jwksUrl = '', jwks }) => [issuer, { audiences, keys: keysOf(jwks, jwksUrl) }] as const,
    ),
    [issuer, { audiences: ownAudiences, keys: keysOf(ownKeys, ownUrl) }],
  ])
