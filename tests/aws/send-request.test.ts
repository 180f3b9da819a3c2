import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type SendRequest, sendTo } from '../../src/aws/send-request.ts'
import { type Asked, bareServer, bareTlsServer } from './bare-server.ts'

const LONG_MS = 60_000

const ok = (body: string, headers = ''): string =>
  `HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`

/** Returns the path as the body. */
const echo = ({ path, socket }: Asked) => void socket.write(ok(path))

const post = (send: SendRequest, path: string, timeoutMs = LONG_MS, body: string | Uint8Array = 'sent') =>
  send(path, { host: 'localhost', 'content-length': String(Buffer.byteLength(body)) }, body, timeoutMs)

const failure = (sent: Promise<unknown>): Promise<Error & { code?: string }> =>
  sent.then(
    () => expect.unreachable('it was answered'),
    (error: unknown) => error as Error,
  )

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe('a socket', () => {
  test('carries one request after the other', async () => {
    const { url, asked } = await bareServer(echo)
    const send = sendTo(url, 8, true)
    for (const path of ['/a', '/b', '/c']) expect((await post(send, path)).body).toBe(path)
    expect(asked.map(({ link }) => link)).toEqual([1, 1, 1])
  })

  test('carries one request at a time: two at once are on two', async () => {
    const { url, asked } = await bareServer(echo)
    const send = sendTo(url, 8, true)
    const bodies = await Promise.all(['/a', '/b'].map(async (path) => (await post(send, path)).body))
    expect(bodies).toEqual(['/a', '/b'])
    expect(asked.map(({ link }) => link).sort()).toEqual([1, 2])
  })

  test.each([
    ['says that it closes', ok('', 'Connection: close\r\n')],
    ['says so among other things', ok('', 'Connection: foo, CLOSE\r\n')],
    ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['is longer than it says', `${ok('')}HTTP/1.1 200 OK\r\n`],
    ['is followed by another that nobody asked for', ok('') + ok('')],
    ['keeps it for a second only', ok('', 'Keep-Alive: timeout=1\r\n')],
  ])('is not used again after an answer that %s', async (_, answer) => {
    const { url, asked } = await bareServer(({ socket }) => void socket.write(answer))
    const send = sendTo(url, 8, true)
    for (const path of ['/a', '/b']) expect((await post(send, path)).status).toBe(200)
    expect(asked.map(({ link }) => link)).toEqual([1, 2])
  })

  test('is used until a second before the server closes it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { url, asked } = await bareServer(
      ({ socket }) => void socket.write(ok('', 'keep-alive: timeout=5, max=9\r\n')),
    )
    const send = sendTo(url, 8, true)
    await post(send, '/')
    vi.advanceTimersByTime(3_999)
    await post(send, '/')
    vi.advanceTimersByTime(4_000)
    await post(send, '/')
    expect(asked.map(({ link }) => link)).toEqual([1, 1, 2])
  })

  test('that the server closes while it is free is not used again', async () => {
    const { url, asked, sockets } = await bareServer(echo)
    const send = sendTo(url, 1, true)
    await post(send, '/a')
    sockets[0]!.end()
    await once(sockets[0]!, 'close')
    expect((await post(send, '/b')).body).toBe('/b')
    expect(asked.map(({ link }) => link)).toEqual([1, 2])
  })

  test('on which something comes while it is free is closed', async () => {
    const { url, asked, sockets } = await bareServer(echo)
    const send = sendTo(url, 1, true)
    await post(send, '/a')
    sockets[0]!.write(ok('/forged'))
    await once(sockets[0]!, 'close')
    expect((await post(send, '/b')).body).toBe('/b')
    expect(asked.map(({ link }) => link)).toEqual([1, 2])
  })

  test('whose request was refused before it was written is not used again', async () => {
    const { url, asked, sockets } = await bareServer(echo)
    const send = sendTo(url, 1, true)
    const large = post(send, '/large', LONG_MS, new Uint8Array(32 * 2 ** 20))
    await vi.waitUntil(() => sockets.length === 1)
    sockets[0]!.pause()
    sockets[0]!.write('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n')
    expect((await large).status).toBe(413)
    expect((await post(send, '/next')).body).toBe('/next')
    expect(asked.map(({ path, link }) => [path, link])).toEqual([['/next', 2]])
  })

  test('that is free keeps no process alive', async () => {
    const { url } = await bareServer(echo)
    const program = `
      import { sendTo } from ${JSON.stringify(new URL('../../src/aws/send-request.ts', import.meta.url).href)}
      const headers = { host: 'localhost', 'content-length': '0' }
      console.log((await sendTo(new URL(${JSON.stringify(url.href)}), 8, true)('/a', headers, '', 60_000)).body)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program])
    onTestFinished(() => void child.kill())
    let said = ''
    child.stdout.on('data', (text) => (said += String(text)))
    const ended: unknown[] = await once(child, 'close')
    expect([...ended, said]).toEqual([0, null, '/a\n'])
  })
})

describe('more requests than sockets', () => {
  test('wait for their turn, in order', async () => {
    const { url, asked } = await bareServer(echo)
    const send = sendTo(url, 2, true)
    const paths = Array.from({ length: 20 }, (_, i) => `/${i}`)
    const bodies = await Promise.all(paths.map(async (path) => (await post(send, path)).body))
    expect(bodies).toEqual(paths)
    expect(new Set(asked.map(({ link }) => link))).toEqual(new Set([1, 2]))
    const of = (link: number) => asked.filter((one) => one.link === link).map(({ path }) => Number(path.slice(1)))
    for (const link of [1, 2]) expect(of(link)).toEqual(of(link).toSorted((a, b) => a - b))
  })

  test('go over new sockets when each is kept for one only', async () => {
    const { url, asked } = await bareServer(
      ({ path, socket }) => void socket.write(ok(path, 'keep-alive: timeout=1\r\n')),
    )
    const send = sendTo(url, 1, true)
    const bodies = await Promise.all(['/a', '/b', '/c', '/d'].map(async (path) => (await post(send, path)).body))
    expect(bodies).toEqual(['/a', '/b', '/c', '/d'])
    expect(asked.map(({ link }) => link)).toEqual([1, 2, 3, 4])
  })

  test('go on over a new socket when theirs is closed', async () => {
    const { url, asked } = await bareServer(({ path, socket }) => {
      if (path === '/broken') socket.destroy()
      else socket.write(ok(path))
    })
    const send = sendTo(url, 1, true)
    const [broken, waits] = await Promise.all([failure(post(send, '/broken')), post(send, '/waits')])
    expect([broken.code, waits.body]).toEqual(['ECONNRESET', '/waits'])
    expect(asked.map(({ link }) => link)).toEqual([1, 2])
  })

  test('that wait too long are never sent', async () => {
    const held: Asked[] = []
    const { url, asked } = await bareServer((one) => (one.path === '/held' ? void held.push(one) : echo(one)))
    const send = sendTo(url, 1, true)
    const first = post(send, '/held')
    expect(await failure(post(send, '/late', 20))).toMatchObject({
      name: 'TimeoutError',
      message: 'unable to finish the request; no answer within 20 ms',
    })
    const next = post(send, '/next')
    await vi.waitUntil(() => held.length === 1)
    echo(held[0]!)
    expect([(await first).body, (await next).body]).toEqual(['/held', '/next'])
    expect(asked.map(({ path }) => path)).toEqual(['/held', '/next'])
  })
})

describe('a request fails', () => {
  test('when nobody listens', async () => {
    const { url, sockets } = await bareServer(echo)
    await post(sendTo(url, 1, true), '/')
    expect(sockets).toHaveLength(1)
    expect((await failure(post(sendTo(new URL('http://127.0.0.1:1'), 1, true), '/'))).code).toBe('ECONNREFUSED')
  })

  test.each<[string, (socket: Asked['socket']) => void]>([
    ['ends', (socket) => void socket.end()],
    ['ends within the head', (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-le')],
    ['is reset', (socket) => void socket.resetAndDestroy()],
  ])('when its socket %s', async (_, respond) => {
    const { url } = await bareServer(({ socket }) => respond(socket))
    expect((await failure(post(sendTo(url, 1, true), '/'))).code).toBe('ECONNRESET')
  })

  test('when its answer is none, and its socket is closed', async () => {
    const { url, sockets } = await bareServer(({ socket }) => void socket.write('SMTP 220 ready\r\n\r\n'))
    expect(await failure(post(sendTo(url, 1, true), '/'))).toMatchObject({
      name: 'BadAnswer',
      message: 'unable to read the answer; it does not begin with a status of HTTP/1.1',
    })
    if (!sockets[0]!.closed) await once(sockets[0]!, 'close')
  })

  test('when there is no answer in time, and its socket is closed', async () => {
    const { url, sockets } = await bareServer(() => undefined)
    expect(await failure(post(sendTo(url, 1, true), '/', 50))).toMatchObject({ name: 'TimeoutError' })
    await vi.waitUntil(() => sockets.length === 1)
    if (!sockets[0]!.closed) await once(sockets[0]!, 'close')
  })

  test('when a header would be two', async () => {
    const { url, asked } = await bareServer(echo)
    const sent = sendTo(url, 1, true)('/', { host: 'a\r\nx-forged: 1', 'content-length': '0' }, '', LONG_MS)
    expect((await failure(sent)).message).toBe('unable to send; the header host has a character that none may have')
    expect(asked).toEqual([])
  })
})

describe('an answer whose body is cut off has its status, and says why', () => {
  const head = 'HTTP/1.1 410 Gone\r\ncontent-length: 9\r\n\r\nhalf'

  test.each<[string, (socket: Asked['socket']) => void]>([
    ['when the server ends it', (socket) => void socket.end(head)],
    ['when the socket breaks', (socket) => void socket.write(head, () => socket.destroy())],
  ])('%s', async (_, respond) => {
    const { url } = await bareServer(({ socket }) => respond(socket))
    const { status, cutOff } = await post(sendTo(url, 1, true), '/')
    expect([status, cutOff]).toMatchObject([410, { code: 'ECONNRESET' }])
  })

  test('when the time is over', async () => {
    const { url } = await bareServer(({ socket }) => void socket.write(head))
    const { status, cutOff } = await post(sendTo(url, 1, true), '/', 100)
    expect([status, cutOff]).toMatchObject([410, { name: 'TimeoutError' }])
  })

  test('when what comes is no body', async () => {
    const answer = 'HTTP/1.1 410 Gone\r\ntransfer-encoding: chunked\r\n\r\nfour\r\n'
    const { url } = await bareServer(({ socket }) => void socket.write(answer))
    const { status, cutOff } = await post(sendTo(url, 1, true), '/')
    expect([status, cutOff]).toMatchObject([410, { name: 'BadAnswer' }])
  })
})

test('nobody keeps a body that nobody wants', async () => {
  const { url, asked } = await bareServer(({ socket }) => void socket.write(ok('x'.repeat(100_000))))
  const send = sendTo(url, 1, false)
  for (const path of ['/a', '/b']) expect(await post(send, path)).toMatchObject({ status: 200, body: '' })
  expect(asked.map(({ link }) => link)).toEqual([1, 1])
})

test('text and bytes arrive as they are', async () => {
  const { url, asked } = await bareServer(echo)
  const send = sendTo(url, 1, true)
  const text = '{"content":"grüß dich 🙂"}'
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  await post(send, '/text', LONG_MS, text)
  await post(send, '/bytes', LONG_MS, bytes)
  const [first, second] = asked.map((one) => Buffer.from(one.bytes, 'latin1'))
  expect(first!.toString()).toBe(
    `POST /text HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: keep-alive\r\n\r\n${text}`,
  )
  expect(second!.subarray(-256)).toEqual(Buffer.from(bytes))
})

test.each([
  ['plain', bareServer],
  ['over TLS', bareTlsServer],
])('a socket sends at once, and finds out when the other side is gone: %s', async (_, serve) => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  const [atOnce, kept] = [vi.spyOn(Socket.prototype, 'setNoDelay'), vi.spyOn(Socket.prototype, 'setKeepAlive')]
  onTestFinished(() => void vi.restoreAllMocks())
  const { url } = await serve(echo)
  expect((await post(sendTo(url, 1, true), '/a')).body).toBe('/a')
  expect(atOnce.mock.calls).toContainEqual([true])
  expect(kept.mock.calls).toContainEqual([true, 1_000])
})

describe('over TLS', () => {
  test('a certificate that nobody vouches for is refused', async () => {
    const { url, asked } = await bareTlsServer(echo)
    expect((await failure(post(sendTo(url, 1, true), '/'))).code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(asked).toEqual([])
  })

  test('a second socket resumes the session of the first', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const { url, asked, resumed } = await bareTlsServer(({ path, socket }) => {
      socket.write(ok(path, 'connection: close\r\n'))
    })
    const send = sendTo(url, 1, true)
    for (const path of ['/a', '/b', '/c']) {
      expect((await post(send, path)).body).toBe(path)
      await setImmediate()
    }
    expect(asked.map(({ link }) => link)).toEqual([1, 2, 3])
    expect(resumed).toEqual([false, true, true])
  })

  test('a thousand requests of some size go over eight sockets', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const { url, asked } = await bareTlsServer(({ path, socket }) => {
      const body = path.repeat(1_000)
      // In two writes, so that an answer arrives in several records.
      socket.write(ok(body).slice(0, 500))
      socket.write(ok(body).slice(500))
    })
    const send = sendTo(url, 8, true)
    const paths = Array.from({ length: 1_000 }, (_, i) => `/${i}`)
    const bodies = await Promise.all(
      paths.map(async (path) => (await post(send, path, LONG_MS, 'x'.repeat(5_000))).body),
    )
    expect(bodies).toEqual(paths.map((path) => path.repeat(1_000)))
    expect(new Set(asked.map(({ link }) => link)).size).toBe(8)
  })
})
