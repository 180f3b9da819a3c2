import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

/** Required instead of imported, because its types refer to the DOM's and would add them to every source here. */
const { parse: hclParse } = createRequire(import.meta.url)('@cdktn/hcl2json') as {
  parse: (file: string, text: string) => Promise<unknown>
}

const keyPair = async (kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }
}
const [one, two, foreign] = [await keyPair('one'), await keyPair('two'), await keyPair('foreign')]

const asKeys = (...pairs: { jwk: object }[]) => ({ keys: pairs.map(({ jwk }) => jwk) })

/** How the key server responds to a request. Requests are counted. */
let respond: (response: ServerResponse) => void
let fetches = 0
const sends = (body: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(body))
const fails = (response: ServerResponse) => void response.writeHead(503).end()
const hangs = () => {}

const server = createServer((_, response) => {
  fetches++
  respond(response)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const environment = {
  JWKS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
  JWT_ISSUER: 'https://issuer.tests',
  JWT_AUDIENCE: 'tests',
}

/** Starts a new instance of the function. */
async function start(settings: Record<string, string> = {}) {
  vi.resetModules()
  for (const [name, value] of Object.entries({ ...environment, ...settings })) vi.stubEnv(name, value)
  const { handler } = await import('../../src/ws/routes/authorizer.ts')
  return async (token: string): Promise<'allowed' | number> => {
    const event = { headers: {}, queryStringParameters: { token }, methodArn: 'arn' }
    try {
      const { context } = await handler(event as unknown as APIGatewayRequestAuthorizerEvent)
      return context?.refused === undefined ? 'allowed' : 401
    } catch {
      return 500
    }
  }
}

const now = () => Math.floor(Date.now() / 1_000)

/** An extension of JWS that only the signer knows. */
const UNKNOWN = 'https://tests.example/extension'

function tokenOf(
  pair: typeof one,
  claims: { [claim: string]: unknown } = {},
  header: Record<string, unknown> & { kid?: string | undefined } = {},
) {
  const { kid = pair.kid, ...rest } = 'kid' in header && header.kid === undefined ? { ...header, kid: '' } : header
  return new SignJWT({ sub: 'ada', iss: environment.JWT_ISSUER, aud: 'tests', exp: now() + 600, ...claims })
    .setProtectedHeader({ alg: 'ES256', ...(kid === '' ? {} : { kid }), ...rest })
    .sign(pair.privateKey, { crit: { [UNKNOWN]: true } })
}

const withoutKid = (pair: typeof one) => tokenOf(pair, {}, { kid: undefined })

const MINUTE = 60 * 1_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  respond = sends(asKeys(one))
  fetches = 0
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe('the moments of a token', () => {
  test.each([
    ['nbf 30 s ahead, by the clock of the issuer', { nbf: 30 }, 'allowed'],
    ['nbf 5 minutes ahead', { nbf: 300 }, 401],
    ['exp in a second', { exp: 1 }, 'allowed'],
    ['exp now', { exp: 0 }, 401],
    ['exp a second ago', { exp: -1 }, 401],
    ['iat ahead', { iat: 3_600 }, 'allowed'],
  ] as const)('%s: %s', async (_, claims, outcome) => {
    const authorize = await start()
    const moments = Object.fromEntries(Object.entries(claims).map(([claim, seconds]) => [claim, now() + seconds]))
    expect(await authorize(await tokenOf(one, moments))).toBe(outcome)
  })

  test('an exp that is read as infinite is no exp', async () => {
    const authorize = await start()
    const payload = JSON.stringify({ sub: 'ada', iss: environment.JWT_ISSUER, aud: 'tests' }).replace(
      '}',
      ',"exp":1e309}',
    )
    const { FlattenedSign } = await import('jose')
    const { protected: header, signature } = await new FlattenedSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .sign(one.privateKey)
    expect(await authorize(`${header}.${Buffer.from(payload).toString('base64url')}.${signature}`)).toBe(401)
  })

  test('a deployment may set how old a token can be', async () => {
    const authorize = await start({ JWT_MAX_AGE_SECONDS: '600' })
    expect(await authorize(await tokenOf(one, { iat: now() - 500 }))).toBe('allowed')
    expect(await authorize(await tokenOf(one, { iat: now() - 700 }))).toBe(401)
    expect(await authorize(await tokenOf(one))).toBe(401)
  })
})

test.each([' ', 'ada ', 'ada\u3164', 'a\u200db', 'a\u202eb', '\u0645\u200c', ''])(
  'the sub %j is nobody',
  async (sub) => {
    const authorize = await start()
    expect(await authorize(await tokenOf(one, { sub }))).toBe(401)
  },
)

test.each(['علی\u200cرضا', '👩\u200d👩\u200d👧', 'ada lovelace'])('the sub %j is somebody', async (sub) => {
  const authorize = await start()
  expect(await authorize(await tokenOf(one, { sub }))).toBe('allowed')
})

test('a deployment may set the type of its tokens', async () => {
  const authorize = await start({ JWT_TYP: 'at+jwt' })
  expect(await authorize(await tokenOf(one, {}, { typ: 'at+jwt' }))).toBe('allowed')
  expect(await authorize(await tokenOf(one, {}, { typ: 'logout+jwt' }))).toBe(401)
  expect(await authorize(await tokenOf(one))).toBe(401)
})

describe('a key that the token itself brings', () => {
  const theirs = environment.JWKS_URL.replace(/jwks$/, 'theirs')
  const { kid: _, ...bare } = foreign.jwk
  const der = createPublicKey({ key: bare, format: 'jwk' }).export({ type: 'spki', format: 'der' })

  test.each([
    ['jwk', { jwk: bare }],
    ['jku', { jku: theirs }],
    ['x5c', { x5c: [der.toString('base64')] }],
    ['x5u', { x5u: theirs }],
  ])('as %s is never used, and nothing is fetched for it', async (_, header) => {
    const authorize = await start()
    expect(await authorize(await tokenOf(one))).toBe('allowed')
    respond = sends(asKeys(foreign))
    for (const kid of ['one', 'foreign', undefined])
      expect(await authorize(await tokenOf(foreign, {}, { ...header, kid }))).toBe(401)
    expect(fetches).toBe(1)
    // Nor does it matter to a token of the issuer.
    expect(await authorize(await tokenOf(one, {}, header))).toBe('allowed')
  })
})

test('a token with an extension that it calls critical, and that is unknown here, is refused', async () => {
  const authorize = await start()
  const extension = { [UNKNOWN]: 'only admins' }
  expect(await authorize(await tokenOf(one, {}, extension))).toBe('allowed')
  expect(await authorize(await tokenOf(one, {}, { ...extension, crit: [UNKNOWN] }))).toBe(401)
})

describe('the keys', () => {
  test('a token that names no key is checked with each of its algorithm', async () => {
    respond = sends(asKeys(one, two))
    const authorize = await start()
    expect(await authorize(await withoutKid(two))).toBe('allowed')
    expect(await authorize(await withoutKid(one))).toBe('allowed')
    expect(await authorize(await withoutKid(foreign))).toBe(401)
  })

  test.each([
    ['an error as JSON', sends({ error: 'maintenance' })],
    ['a set that is none', sends({ keys: 'none' })],
    ['HTML', (response: ServerResponse) => void response.end('<html>')],
    ['503', fails],
    ['a redirect', (response: ServerResponse) => void response.writeHead(302, { location: '/other' }).end()],
  ])('when the key server responds with %s, it is the server’s fault: 500', async (_, response) => {
    respond = response
    const authorize = await start()
    expect(await authorize(await tokenOf(one))).toBe(500)
    expect(await authorize('x.y.z')).toBe(401)
  })

  test('an outage of the key server locks nobody out for a day', async () => {
    const authorize = await start()
    expect(await authorize(await tokenOf(one))).toBe('allowed')
    respond = fails
    for (let hours = 3; hours <= 24; hours += 3) {
      vi.advanceTimersByTime(3 * 60 * MINUTE)
      expect(await authorize(await tokenOf(one))).toBe('allowed')
      expect(await authorize(await tokenOf(two))).toBe(500)
    }
    vi.advanceTimersByTime(11 * MINUTE)
    expect(await authorize(await tokenOf(one))).toBe(500)
    respond = sends(asKeys(one))
    vi.advanceTimersByTime(10_000)
    expect(await authorize(await tokenOf(one))).toBe('allowed')
  })

  test('an instance that never had the keys asks for them once at a time, and once a second until it has some', async () => {
    respond = fails
    const authorize = await start()
    const token = await tokenOf(one)
    const all = () => Promise.all(Array.from({ length: 20 }, () => authorize(token)))
    expect(new Set(await all())).toEqual(new Set([500]))
    expect(new Set(await all())).toEqual(new Set([500]))
    expect(fetches).toBe(1)
    vi.advanceTimersByTime(1_000)
    respond = sends(asKeys(one))
    expect(new Set(await all())).toEqual(new Set(['allowed']))
    expect(fetches).toBe(2)
  })

  test('while the key server hangs, no connect waits longer than one fetch, with old keys or with none', async () => {
    const settings = { JWKS_TIMEOUT_MS: '200' }
    const [cold, warm] = [await start(settings), await start(settings)]
    await warm(await tokenOf(one))
    respond = hangs
    vi.advanceTimersByTime(11 * MINUTE)
    const took = async (work: () => Promise<unknown>) => {
      const began = performance.now()
      await work()
      return performance.now() - began
    }
    const [known, unknown] = [await tokenOf(one), await tokenOf(foreign)]
    for (const authorize of [cold, warm]) {
      const times = await Promise.all([known, unknown, known].map((token) => took(() => authorize(token))))
      expect(Math.max(...times)).toBeLessThan(200 * 2)
      expect(await took(() => authorize(known))).toBeLessThan(100)
    }
    expect(await warm(known)).toBe('allowed')
    expect(fetches).toBe(3)
  })

  test('keys that are given are never fetched', async () => {
    const authorize = await start({ JWKS: JSON.stringify(asKeys(one)), JWKS_URL: 'http://127.0.0.1:1/nowhere' })
    respond = fails
    expect(await authorize(await tokenOf(one))).toBe('allowed')
    expect(await authorize(await tokenOf(two))).toBe(401)
    expect(fetches).toBe(0)
  })

  test.each([
    ['no JSON', 'keys', /^unable to start; JWKS must be public keys as JSON/],
    ['no keys', '{"keys":[]}', /^unable to start; JWKS must be public keys as JSON/],
  ])('keys that are %s keep the function from starting', async (_, JWKS, message) => {
    await expect(start({ JWKS })).rejects.toThrow(message)
  })

  test('during an outage the key server is asked every ten seconds at most', async () => {
    const authorize = await start()
    await authorize(await tokenOf(one))
    respond = fails
    vi.advanceTimersByTime(11 * MINUTE)
    const token = await tokenOf(one)
    for (let i = 0; i < 5; i++) expect(await authorize(token)).toBe('allowed')
    expect(fetches).toBe(2)
  })

  test('a key that is withdrawn is accepted for ten minutes more', async () => {
    const authorize = await start()
    expect(await authorize(await tokenOf(one))).toBe('allowed')
    respond = sends(asKeys(two))
    vi.advanceTimersByTime(9 * MINUTE)
    expect(await authorize(await tokenOf(one))).toBe('allowed')
    vi.advanceTimersByTime(2 * MINUTE)
    expect(await authorize(await tokenOf(one))).toBe(401)
  })

  test('a new key is found at once, and names that nobody knows make no storm of requests', async () => {
    const authorize = await start()
    expect(await authorize(await tokenOf(one))).toBe('allowed')
    respond = sends(asKeys(one, two))
    expect(await authorize(await tokenOf(two))).toBe(401)
    vi.advanceTimersByTime(11_000)
    expect(await authorize(await tokenOf(two))).toBe('allowed')
    const strangers = await Promise.all(Array.from({ length: 20 }, (_, i) => tokenOf(foreign, {}, { kid: `k${i}` })))
    expect(new Set(await Promise.all(strangers.map(authorize)))).toEqual(new Set([401]))
    expect(fetches).toBe(2)
  })

  test('while the key server hangs, a stranger’s token holds the function for a second, once', async () => {
    const authorize = await start()
    await authorize(await tokenOf(one))
    respond = hangs
    vi.advanceTimersByTime(11_000)
    const strangers = await Promise.all(Array.from({ length: 5 }, (_, i) => tokenOf(foreign, {}, { kid: `k${i}` })))
    const began = performance.now()
    for (const stranger of strangers) expect(await authorize(stranger)).toBe(401)
    expect(performance.now() - began).toBeLessThan(2_500)
    expect(fetches).toBe(2)
    expect(await authorize(await tokenOf(one))).toBe('allowed')
  })
})

describe('for whom a token is', () => {
  const more = JSON.stringify([{ issuer: 'https://other.tests', audiences: ['theirs'], jwks: asKeys(two) }])
  const theirs = { iss: 'https://other.tests', aud: 'theirs' }

  test.each([
    ['one of several audiences', {}, 'allowed'],
    ['several, of which one is ours', { aud: ['else', 'app'] }, 'allowed'],
    ['another', { aud: 'else' }, 401],
    ['none', { aud: undefined }, 401],
    ['no audience, but our client_id', { aud: undefined, client_id: 'app' }, 'allowed'],
    ['no audience, but our azp', { aud: undefined, azp: 'app' }, 'allowed'],
    ['no audience, and another client_id', { aud: undefined, client_id: 'else' }, 401],
    ['another audience, and our client_id', { aud: 'else', client_id: 'app', azp: 'app' }, 401],
  ])('%s: %o is %s', async (_, claims, outcome) => {
    const authorize = await start({ JWT_AUDIENCE: 'tests,app' })
    expect(await authorize(await tokenOf(one, claims))).toBe(outcome)
  })

  test('each issuer vouches with its own keys for its own audiences, and for nobody else’s', async () => {
    const authorize = await start({ MORE_ISSUERS: more })
    expect(await authorize(await tokenOf(one))).toBe('allowed')
    expect(await authorize(await tokenOf(two, theirs))).toBe('allowed')
    expect(await authorize(await tokenOf(two, { ...theirs, aud: 'tests' }))).toBe(401)
    expect(await authorize(await tokenOf(one, theirs))).toBe(401)
    expect(await authorize(await tokenOf(two))).toBe(401)
    expect(await authorize(await tokenOf(two, { ...theirs, iss: 'https://third.tests' }))).toBe(401)
    expect(await authorize(await tokenOf(two, { ...theirs, iss: undefined }))).toBe(401)
  })

  test.each(['[{"issuer":"https://other.tests","audiences":["a"]}]', '[{}]', 'x', '{}'])(
    'further issuers without keys, or that are no list, keep the function from starting: %s',
    async (MORE_ISSUERS) => {
      await expect(start({ MORE_ISSUERS })).rejects.toThrow(/^unable to start; MORE_ISSUERS must be a JSON list/)
    },
  )
})

describe('a recipe of docs/identity-providers.md', async () => {
  const text = await readFile(new URL('../../docs/identity-providers.md', import.meta.url), 'utf8')
  const recipes = text
    .split(/^## /m)
    .map((section) => ({
      name: section.split('\n')[0]!,
      hcl: /```hcl\n(.*?)```/s.exec(section)?.[1],
      token: /```json\n(.*?)```/s.exec(section)?.[1],
    }))
    .filter((recipe): recipe is { name: string; hcl: string; token: string } => recipe.token !== undefined)

  /** A provider's key, which signs as the provider does. Keycloak's key set also has a key for encryption. */
  const provider = await (async () => {
    const [{ privateKey, publicKey }, encryption] = [
      await generateKeyPair('RS256', { modulusLength: 2_048 }),
      await generateKeyPair('RSA-OAEP'),
    ]
    const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', use: 'sig' }
    return {
      privateKey,
      set: { keys: [{ ...(await exportJWK(encryption.publicKey)), use: 'enc', kid: 'key-0' }, jwk] },
    }
  })()

  test('there is one for each provider', () => {
    expect(recipes.map(({ name }) => name)).toEqual(['Cognito', 'Auth0', 'Entra ID', 'Clerk', 'Firebase', 'Keycloak'])
  })

  test.each(recipes)(
    '$name: its token opens a connection, and one for another app does not',
    async ({ hcl, token }) => {
      const variables = (await hclParse('recipe.hcl', hcl)) as Record<string, string>
      const { header, claims } = JSON.parse(token) as { header: JWTHeaderParameters; claims: Record<string, unknown> }
      respond = sends(provider.set)
      vi.setSystemTime((claims.iat as number) * 1_000 + 60_000)
      const authorize = await start({ JWT_ISSUER: variables.jwt_issuer!, JWT_AUDIENCE: variables.jwt_audience! })
      const signed = (more: Record<string, unknown>) =>
        new SignJWT({ ...claims, ...more }).setProtectedHeader(header).sign(provider.privateKey)
      expect(variables.jwks_url).toMatch(/^https:/)
      expect(await authorize(await signed({}))).toBe('allowed')
      const other = 'aud' in claims ? { aud: 'another-app' } : { client_id: 'another-app' }
      expect(await authorize(await signed(other))).toBe(401)
      expect(await authorize(await signed({ iss: `${variables.jwt_issuer!}x` }))).toBe(401)
    },
  )
})
