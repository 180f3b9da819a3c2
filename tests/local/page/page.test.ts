import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../../local/http.ts'
import { PageFiles, type Build } from '../../../local/page/page-files.ts'
import { createPage } from '../../../local/page/page.ts'
import { contentSecurityPolicy } from '../../../web/content-security-policy.ts'
import { quietLog } from '../../support/quiet-log.ts'

const BUCKET = 'http://127.0.0.1:9000'
const FACES = 'https://people.example.com'
const PUSH = 'http://localhost:3000/subscriptions'

let builds = 0
const build: Build = async () => {
  builds += 1
  return [
    { path: 'index.html', content: '<!doctype html>ä' },
    { path: 'assets/index-abc.js', content: 'script' },
    { path: 'assets/index-abc.css', content: 'style' },
    { path: 'assets/icon-abc.svg', content: new TextEncoder().encode('<svg/>') },
    { path: 'sw.js', content: 'worker' },
    { path: 'manifest.webmanifest', content: '{}' },
    { path: 'secret.txt', content: 'not to be served' },
  ]
}

async function serve(files: PageFiles): Promise<{ server: Server; url: string; port: number }> {
  const page = createPage({ files, bucketOrigin: BUCKET, socketPath: '/local', imageOrigins: [FACES], pushUrl: PUSH })
  const server = createServer((req, res) => {
    if (!page.handleRequest(req, res)) res.writeHead(418).end()
  })
  const port = await listen(server, 0, '127.0.0.1')
  return { server, port, url: `http://127.0.0.1:${String(port)}` }
}

describe('the page', () => {
  let server: Server
  let url: string
  let port: number

  beforeAll(async () => {
    ;({ server, url, port } = await serve(new PageFiles(build)))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  test('is built at the first look at it, and once', async () => {
    expect(builds).toBe(0)
    await Promise.all([fetch(url), fetch(url), fetch(`${url}/assets/index-abc.js`)])
    await fetch(url)
    expect(builds).toBe(1)
  })

  test('comes with a policy in which the bucket may have any port, and is asked for anew each time', async () => {
    const response = await fetch(`${url}/?as=ada`)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': contentSecurityPolicy({
        connect: [`ws://127.0.0.1:${String(port)}`, 'http://127.0.0.1:*', 'http://localhost:3000'],
        images: ['http://127.0.0.1:*'],
        faces: [FACES],
      }),
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    expect(await response.text()).toBe('<!doctype html>ä')
  })

  test('is sent compressed to who takes that, but for what is no text', async () => {
    const encodingOf = async (name: string, accepted: string) =>
      (await fetch(`${url}/assets/${name}`, { headers: { 'accept-encoding': accepted } })).headers.get(
        'content-encoding',
      )
    for (const accepted of ['br, gzip', 'GZIP;q=0.5', '*', 'br;q=0, * ; q=0.1', 'x-gzip', 'gzip, *;q=0']) {
      expect.soft(await encodingOf('index-abc.js', accepted), accepted).toBe('gzip')
    }
    for (const refused of ['identity', 'gzip;q=0', 'gzip; Q=0.000, br', 'gzip;q=0, *', '*;q=0', 'gzipped', '']) {
      expect.soft(await encodingOf('index-abc.js', refused), refused).toBeNull()
    }
    expect(await encodingOf('icon-abc.svg', 'gzip')).toBeNull()
    expect(await (await fetch(`${url}/assets/index-abc.js`)).text()).toBe('script')
  })

  test.each([
    ['index-abc.js', 'text/javascript; charset=utf-8'],
    ['index-abc.css', 'text/css; charset=utf-8'],
    ['icon-abc.svg', 'image/svg+xml'],
  ])('may keep %s for good', async (name, type) => {
    const response = await fetch(`${url}/assets/${name}`)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    })
    expect(await response.text()).not.toBe('')
  })

  test.each([
    ['sw.js', 'text/javascript; charset=utf-8'],
    ['manifest.webmanifest', 'application/manifest+json'],
  ])('asks for %s anew each time: its name stays', async (name, type) => {
    const response = await fetch(`${url}/${name}`)
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'content-type': type, 'cache-control': 'no-cache' })
    expect(await response.text()).not.toBe('')
  })

  test('receives the address of the WebSocket, and that a name is enough', async () => {
    const response = await fetch(`${url}/config.json`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      url: '/local',
      signIn: { kind: 'local' },
      imageOrigins: [FACES],
      pushUrl: PUSH,
    })
  })

  test('has no other files', async () => {
    const statusOf = async (path: string) => (await fetch(url + path)).status
    expect(await Promise.all(['/assets/other.js', '/assets/', '/assets/../secret.txt'].map(statusOf))).toEqual([
      ...[404, 404, 418],
    ])
    expect(await Promise.all(['/secret.txt', '/index.html', '/other'].map(statusOf))).toEqual([418, 418, 418])
  })

  test.each(['/', '/assets/index-abc.js', '/config.json'])('answers %s to GET and HEAD only', async (path) => {
    const head = await fetch(url + path, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await fetch(url + path, { method: 'POST' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  test('puts nothing into its policy that only looks like a host', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write("GET / HTTP/1.1\r\nHost: x; script-src 'unsafe-inline'\r\nConnection: close\r\n\r\n")
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
    await once(socket, 'end')
    expect(answer).toContain("connect-src 'self' http://127.0.0.1:* http://localhost:3000;")
    expect(answer).not.toContain('unsafe-inline')
  })
})

test('a page that can’t be built is one sentence, in the log and for who looks at it', async () => {
  const files = new PageFiles(() => Promise.reject(new Error('unable to build the page; main.tsx is missing')))
  const errors: string[] = []
  await files.prepare({ ...quietLog, error: (message) => errors.push(message) })
  const { server, url } = await serve(files)
  const response = await fetch(url)
  server.close()
  expect(response.status).toBe(500)
  expect(await response.json()).toEqual({
    error: { code: 'internal', message: 'unable to build the page; main.tsx is missing' },
  })
  expect(errors).toEqual(['unable to build the page; main.tsx is missing'])
})
