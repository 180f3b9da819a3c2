import { connect as connectTcp } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Client, startGateway } from './harness.ts'
import { CONTINUATION, frame, TEXT } from './frames.ts'

const KB = 1024

describe('frames and messages', () => {
  test('a frame of 32 KB is served, a larger one closes with 1009', async () => {
    const api = await startGateway()
    const client = await Client.connect(api.url)
    client.send('x'.repeat(32 * KB))
    expect(await client.next()).toBe('default')
    client.send('x'.repeat(32 * KB + 1))
    expect((await client.closed).code).toBe(1009)
    expect((await api.event('disconnect')).requestContext.disconnectStatusCode).toBe(1009)
    expect(api.events.filter(({ functionName }) => functionName === 'default')).toHaveLength(1)
  })

  test('what came whole before an oversize frame still runs, nothing from it on does', async () => {
    const api = await startGateway()
    const client = await Client.connect(api.url)
    client.send('before')
    client.send('x'.repeat(40_000))
    client.send('after')
    expect((await client.closed).code).toBe(1009)
    await api.event('disconnect')
    const bodies = api.events.filter(({ functionName }) => functionName === 'default').map(({ event }) => event.body)
    expect(bodies).toEqual(['before'])
  })

  test('a message of 128 KB in fragments is served, a larger one closes with 1009', async () => {
    const api = await startGateway()
    const client = await Client.connect(api.url)
    const fragment = 'x'.repeat(32 * KB)
    for (let i = 0; i < 4; i++) client.ws.send(fragment, { fin: i === 3 })
    expect(await client.next()).toBe('default')
    for (let i = 0; i < 5; i++) client.ws.send(i === 4 ? 'x' : fragment, { fin: i === 4 })
    expect((await client.closed).code).toBe(1009)
    expect((await api.event('disconnect')).requestContext.disconnectStatusCode).toBe(1009)
    expect((await api.event('default')).body).toHaveLength(128 * KB)
    expect(api.events.filter(({ functionName }) => functionName === 'default')).toHaveLength(1)
  })

  test('a binary frame closes with 1003', async () => {
    const api = await startGateway()
    const client = await Client.connect(api.url)
    client.ws.send(Buffer.from('{"action":"echo"}'))
    expect((await client.closed).code).toBe(1003)
    expect((await api.event('disconnect')).requestContext.disconnectStatusCode).toBe(1003)
    expect(api.events.map(({ functionName }) => functionName)).toEqual(['connect', 'disconnect'])
  })

  test('invalid UTF-8 closes with 1007', async () => {
    const api = await startGateway()
    const client = await Client.connect(api.url)
    client.ws.send(Buffer.from([0xc3, 0x28]), { binary: false })
    expect((await client.closed).code).toBe(1007)
    expect((await api.event('disconnect')).requestContext.disconnectStatusCode).toBe(1007)
  })

  test.each([
    ['served', 32 * KB],
    ['refused', 32 * KB + 1],
  ])('a frame that comes with the upgrade request and is then cut into single bytes is %s', async (_how, bytes) => {
    const api = await startGateway()
    const socket = connectTcp(api.port, '127.0.0.1')
    socket.setNoDelay(true)
    const received: Buffer[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    const fragments = Buffer.concat([frame(TEXT, 'ab', { fin: false }), frame(CONTINUATION, bytes)])
    const inHead = 3
    const upgrade = [
      'GET /local HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      '\r\n',
    ].join('\r\n')
    socket.write(Buffer.concat([Buffer.from(upgrade, 'latin1'), fragments.subarray(0, inHead)]))
    await new Promise<void>((resolve) => socket.once('data', () => resolve()))
    for (const byte of fragments.subarray(inHead, 24)) {
      await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve))
    }
    socket.write(fragments.subarray(24))
    if (bytes <= 32 * KB) {
      expect((await api.event('default')).body).toHaveLength(bytes + 2)
      socket.destroy()
    } else {
      const close = Buffer.from([0x88, 2, 1009 >> 8, 1009 & 0xff])
      while (!Buffer.concat(received).subarray(-close.length).equals(close)) {
        await new Promise<void>((resolve) => socket.once('data', () => resolve()))
      }
      socket.destroy()
      expect((await api.event('disconnect')).requestContext.disconnectStatusCode).toBe(1009)
    }
  })
})

describe('time', () => {
  const MINUTE = 60_000

  afterEach(() => {
    vi.useRealTimers()
  })

  test('10 minutes without a message close with 1001, and pings do not count', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const api = await startGateway()
    const client = await Client.connect(api.url)
    vi.advanceTimersByTime(9 * MINUTE)
    await client.ask({ action: 'echo' })
    vi.advanceTimersByTime(9 * MINUTE)
    client.ws.ping()
    await new Promise((resolve) => client.ws.once('pong', resolve))
    vi.advanceTimersByTime(MINUTE - 1)
    expect(api.gateway.connectionIds()).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect((await client.closed).code).toBe(1001)
    expect((await api.event('disconnect')).requestContext).toMatchObject({
      disconnectStatusCode: 1001,
      disconnectReason: 'Going away',
    })
  })

  test('a connection that is never idle is closed with 1001 after 2 hours', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const api = await startGateway()
    const client = await Client.connect(api.url)
    for (let minutes = 0; minutes < 119; minutes += 7) {
      await client.ask({ action: 'echo' })
      vi.advanceTimersByTime(7 * MINUTE)
    }
    await client.ask({ action: 'echo' })
    expect(api.gateway.connectionIds()).toHaveLength(1)
    vi.advanceTimersByTime(MINUTE)
    expect((await client.closed).code).toBe(1001)
  })

  test('no timer outlives a closed gateway', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const api = await startGateway()
    const client = await Client.connect(api.url)
    await client.ask({ action: 'echo' })
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    await api.gateway.close()
    await client.closed
    expect(vi.getTimerCount()).toBe(0)
  })
})
