/**
 * Your backend's part in signing users in. It knows who is signed in, signs a token for the chat, and publishes the key
 * with which the chat verifies the token (`jwks_url`, `jwt_issuer` and `jwt_audience` of the Terraform module).
 *
 * `npx tsx examples/token-endpoint/main.ts`, then `curl -X POST localhost:8090/token -H 'cookie: session=of-ada'`
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const { PORT = '8090', ISSUER = 'https://app.example.com', AUDIENCE = 'tabletalk' } = process.env

// In production, keep the private key in a secret store, and publish two keys while you rotate it: docs/operations.md.
const { publicKey, privateKey } = await generateKeyPair('ES256')
const [alg, kid] = ['ES256', '2026-11']
const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg, kid, use: 'sig' }] })

// Your application's sessions. The user id comes from the session and never from the request.
const sessions = new Map([
  ['of-ada', { userId: 'ada', name: 'Ada Lovelace' }],
  ['of-bob', { userId: 'bob', name: 'Bob' }],
])

const sign = ({ userId, name }: { userId: string; name: string }) =>
  new SignJWT({ name })
    .setProtectedHeader({ alg, kid })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(userId)
    .setExpirationTime('1h')
    .sign(privateKey)

const server = createServer((request, response) => {
  const answer = (status: number, body: string) =>
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
  if (request.url === '/.well-known/jwks.json') return void answer(200, keys)
  if (request.url !== '/token' || request.method !== 'POST') return void answer(404, '{"error":"not_found"}')
  const session = sessions.get(/(?:^|; )session=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? '')
  if (session === undefined) return void answer(401, '{"error":"signed_out"}')
  sign(session).then(
    (token) => answer(200, JSON.stringify({ token })),
    () => answer(500, '{"error":"internal"}'),
  )
})
server.listen(Number(PORT), '127.0.0.1', () => {
  process.stdout.write(`tokens at http://127.0.0.1:${(server.address() as AddressInfo).port}/token\n`)
})
