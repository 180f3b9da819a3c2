import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StartupError } from '../../local/contracts.ts'
import { listen } from '../../local/http.ts'
import { createIssuer, type Issuer } from '../../local/issuer.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const serve = async (issuer: Issuer): Promise<{ server: Server; url: string }> => {
  const server = createServer((req, res) => {
    if (!issuer.handleRequest(req, res)) res.writeHead(404).end()
  })
  return { server, url: `http://127.0.0.1:${String(await listen(server, 0, '127.0.0.1'))}` }
}

describe('the issuer', () => {
  let issuer: Issuer
  let server: Server
  let url: string

  beforeAll(async () => {
    issuer = await createIssuer({})
    ;({ server, url } = await serve(issuer))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${url}/dev/token`, { method: 'POST', body, headers })

  const verify = (token: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`)), {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: ['ES256'],
    })

  test('answers with a token for an hour that its published keys verify', async () => {
    const response = await post('{"userId":"ada","name":"Ada"}')
    expect(response.status).toBe(200)
    const { token } = (await response.json()) as { token: string }
    const { payload } = await verify(token)
    expect(payload).toMatchObject({ sub: 'ada', name: 'Ada' })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600)
  })

  test('leaves out the name that was not given, and obeys expiresInSeconds', async () => {
    const { payload } = await verify(await issuer.token({ userId: 'ada', expiresInSeconds: 90 }))
    expect(payload).not.toHaveProperty('name')
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(90)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded'])(
    'takes JSON that is called %s',
    async (contentType) => {
      const response = await post('{"userId":"ada"}', { 'content-type': contentType })
      expect(response.status).toBe(200)
    },
  )

  test.each([
    ['no body', '', /the body is not JSON/],
    ['no JSON', '{userId', /the body is not JSON/],
    ['a form', 'userId=ada', /the body is not JSON/],
    ['a list', '[]', /the body/],
    ['no userId', '{}', /userId/],
    ['an empty userId', '{"userId":""}', /userId/],
    ['a userId of 129 characters', JSON.stringify({ userId: 'a'.repeat(129) }), /userId/],
    ['a userId with a line break', '{"userId":"a\\nb"}', /userId/],
    ['a number as userId', '{"userId":1}', /userId/],
    ['an unknown key', '{"userId":"ada","admin":true}', /admin/],
    ['a lifetime of zero', '{"userId":"ada","expiresInSeconds":0}', /expiresInSeconds/],
    ['a negative lifetime', '{"userId":"ada","expiresInSeconds":-1}', /expiresInSeconds/],
    ['a fraction', '{"userId":"ada","expiresInSeconds":1.5}', /expiresInSeconds/],
    ['a lifetime of more than a day', '{"userId":"ada","expiresInSeconds":86401}', /expiresInSeconds/],
  ])('refuses %s', async (_, body, message) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('invalid_request')
    expect(error.message).toMatch(/^unable to issue a token; /)
    expect(error.message).toMatch(message)
  })

  test('refuses a body of more than 8 KiB', async () => {
    const response = await post(JSON.stringify({ userId: 'ada', name: 'x'.repeat(9_000) }))
    expect(response.status).toBe(413)
    expect(await response.json()).toHaveProperty('error.code', 'too_large')
  })

  test.each([
    ['/dev/token', 'GET', 'POST'],
    ['/.well-known/jwks.json', 'POST', 'GET, HEAD'],
  ])('answers 405 at %s for %s', async (path, method, allow) => {
    const response = await fetch(url + path, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
    expect(await response.json()).toHaveProperty('error.code', 'method_not_allowed')
  })

  test('publishes the public half of its key only', async () => {
    const { keys } = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: object[] }
    expect(keys).toHaveLength(1)
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  })

  test('leaves other paths to others', async () => {
    expect((await fetch(`${url}/dev`)).status).toBe(404)
  })
})

describe('the key of the issuer', () => {
  const dataDir = temporaryFolder()

  test('is kept in the data directory, for its owner only, and signs again after a restart', async () => {
    const before = await createIssuer({ dataDir })
    const token = await before.token({ userId: 'ada' })
    const { mode } = await stat(join(dataDir, 'issuer-key.json'))
    expect((mode & 0o777).toString(8)).toBe('600')

    const { server, url } = await serve(await createIssuer({ dataDir }))
    const jwks = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as Parameters<typeof createLocalJWKSet>[0]
    await new Promise((resolve) => server.close(resolve))
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks))
    expect(payload.sub).toBe(decodeJwt(token).sub)
  })

  test('is a new one without a data directory', async () => {
    const [one, two] = await Promise.all([createIssuer({}), createIssuer({})])
    const kid = (token: string) => Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()
    expect(kid(await one.token({ userId: 'ada' }))).not.toBe(kid(await two.token({ userId: 'ada' })))
  })

  test('names its file when that is broken, and leaves it alone', async () => {
    const file = join(dataDir, 'issuer-key.json')
    await writeFile(file, '{"kty":"EC"')
    const made = createIssuer({ dataDir })
    await expect(made).rejects.toThrow(StartupError)
    await expect(made).rejects.toThrow(`unable to read the issuer's key; mend or remove ${file}`)
    expect(await readFile(file, 'utf8')).toBe('{"kty":"EC"')
  })
})
