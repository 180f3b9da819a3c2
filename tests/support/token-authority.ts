import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { Closable } from '../../local/contracts.ts'

const ISSUER = 'https://issuer.tests'
const AUDIENCE = 'tests'

type Algorithm = 'ES256' | 'RS256'

interface Signing {
  alg?: Algorithm
  kid?: string
  /** Signs with an unpublished key. */
  foreign?: boolean
}

/** An issuer of tokens for which a test chooses every claim and header. */
export interface TokenAuthority extends Closable {
  /** Settings with which the authorizer trusts it. */
  environment: { JWKS_URL: string; JWT_ISSUER: string; JWT_AUDIENCE: string }
  /** Returns claims that are accepted. */
  claims(userId: string): JWTPayload & { exp: number }
  /** Signs claims. Default: ES256, with the published key and its `kid`. */
  sign(claims: JWTPayload, signing?: Signing): Promise<string>
  publicJwk: JWK
  publicPem: string
}

/** Publishes an ES256 and an RS256 key, whose `kid`s are their algorithms, on a free port of the loopback interface. */
export async function startTokenAuthority(): Promise<TokenAuthority> {
  const options = { extractable: true }
  const [es, rs, foreignEs, foreignRs] = await Promise.all(
    (['ES256', 'RS256', 'ES256', 'RS256'] as const).map((alg) => generateKeyPair(alg, options)),
  )
  const published = { ES256: es!, RS256: rs! }
  const foreignKeys = { ES256: foreignEs!, RS256: foreignRs! }
  const jwkOf = async (alg: Algorithm) => ({
    ...(await exportJWK(published[alg].publicKey)),
    kid: alg,
    alg,
    use: 'sig',
  })
  const keys = await Promise.all([jwkOf('ES256'), jwkOf('RS256')])

  const server = createServer((_req, res) => {
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    environment: { JWKS_URL: `http://127.0.0.1:${port}/jwks`, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE },
    claims: (userId) => ({ sub: userId, iss: ISSUER, aud: AUDIENCE, exp: Math.floor(Date.now() / 1_000) + 600 }),
    sign: (claims, { alg = 'ES256', kid = alg, foreign = false } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, kid, typ: 'JWT' })
        .sign((foreign ? foreignKeys : published)[alg].privateKey),
    publicJwk: keys[1],
    publicPem: await exportSPKI(published.RS256.publicKey),
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
