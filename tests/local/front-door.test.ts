import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FrontDoor } from '../../local/front-door.ts'
import { refusalOf } from '../../local/guard.ts'
import { listen } from '../../local/http.ts'
import { quietLog } from '../support/quiet-log.ts'

const door = new FrontDoor(quietLog, '127.0.0.1')
let port: number
beforeAll(async () => {
  const everything = {
    handleRequest: (_req: IncomingMessage, res: ServerResponse) => {
      res.end('served')
      return true
    },
  }
  door.open({
    gateway: { handleRequest: () => false, handleUpgrade: (_req, socket) => socket.end('HTTP/1.1 418 Open\r\n\r\n') },
    healthz: () => Promise.resolve({ status: 'ok', parts: {} }),
    pages: [everything],
  })
  port = await listen(door.server, 0, '127.0.0.1')
})
afterAll(() => door.close())

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  const sent = request({ host: '127.0.0.1', port, method, path, headers })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode, headers: response.headers, body }
}

const CONNECTION = '/local/@connections/abc'

test.each([
  ['POST', '/dev/token', {}],
  ['POST', '/dev/token', { 'sec-fetch-mode': 'cors' }],
  ['POST', '/dev/token', { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' }],
  ['GET', '/.well-known/jwks.json', { origin: 'http://127.0.0.1:5173' }],
  ['GET', '/dev/environment', {}],
  ['POST', CONNECTION, {}],
  ['POST', CONNECTION, { 'sec-fetch-mode': 'cors' }],
  ['GET', '/', { 'sec-fetch-site': 'cross-site' }],
  ['GET', '/assets/a.js', { origin: 'http://evil.example' }],
])('%s %s with %j is served', async (method, path, headers) => {
  expect(await ask(method, path, headers)).toMatchObject({ status: 200, body: 'served' })
})

test.each([
  ['GET', '/', { host: 'evil.example' }, 421, 'this server has another name'],
  ['POST', '/dev/token', { host: 'evil.example:80' }, 421, 'this server has another name'],
  ['POST', '/dev/token', { origin: 'http://evil.example' }, 403, 'this is for pages of this server'],
  ['POST', '/dev/token', { origin: 'null' }, 403, 'this is for pages of this server'],
  ['GET', '/dev/environment', { 'sec-fetch-site': 'cross-site' }, 403, 'this is for pages of this server'],
  ['OPTIONS', '/dev/token', { origin: 'http://evil.example' }, 403, 'this is for pages of this server'],
  ['POST', CONNECTION, { origin: 'http://localhost:5173' }, 403, 'this is not for web pages'],
  ['DELETE', CONNECTION, { 'sec-fetch-site': 'same-origin' }, 403, 'this is not for web pages'],
  ['POST', '/local/%40connections/abc', { origin: 'http://a' }, 403, 'this is not for web pages'],
])('%s %s with %j is refused: %i, %s', async (method, path, headers, status, reason) => {
  const response = await ask(method, path, headers)
  expect(response.status).toBe(status)
  expect(JSON.parse(response.body)).toMatchObject({
    error: { code: 'forbidden', message: expect.stringContaining(reason) as string },
  })
  expect(response.headers['access-control-allow-origin']).toBeUndefined()
})

test('a page of the developer’s own server may read tokens, also after a preflight', async () => {
  const headers = { origin: 'http://localhost:5173', 'access-control-request-headers': 'content-type' }
  const preflight = await ask('OPTIONS', '/dev/token', headers)
  expect(preflight).toMatchObject({
    status: 204,
    headers: { 'access-control-allow-origin': 'http://localhost:5173', 'access-control-allow-headers': 'content-type' },
  })
  const token = await ask('POST', '/dev/token', headers)
  expect(token.headers).toMatchObject({ 'access-control-allow-origin': 'http://localhost:5173', vary: 'Origin' })
})

test.each([
  ['localhost', undefined, 418],
  ['evil.example', undefined, 403],
  ['localhost', 'http://localhost:5173', 418],
  ['localhost:8080', 'http://localhost:8080', 418],
  ['192.168.1.5:8080', 'http://192.168.1.5:8080', 418],
  ['localhost', 'http://evil.example', 403],
  ['localhost', 'null', 403],
])('a socket for the host %s from a page of %s is answered with %i', async (host, origin, status) => {
  const sent = request({
    ...{ host: '127.0.0.1', port, path: '/local' },
    headers: { host, connection: 'upgrade', upgrade: 'websocket', ...(origin === undefined ? {} : { origin }) },
  })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(status)
  response.resume()
})

test.each([
  ['127.0.0.1', '127.0.0.1', undefined],
  ['::1', '::1', undefined],
  ['192.168.1.5', '192.168.1.5', undefined],
  ['192.168.1.9', '192.168.1.5', 403],
])('what is for this machine, asked from %s at %s, is refused with %s', (remoteAddress, localAddress, status) => {
  for (const url of ['/dev/environment', CONNECTION]) {
    const headers = { host: localAddress.includes(':') ? `[${localAddress}]` : localAddress }
    const req = { url, headers, socket: { remoteAddress, localAddress } } as IncomingMessage
    expect(refusalOf(req, '0.0.0.0')?.status).toBe(status)
  }
})
