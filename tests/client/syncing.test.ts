import { expect, test } from 'vitest'
import { givenClient, tokenOf } from './given-client.ts'
import type { Asked } from './fake-server.ts'
import { settled } from './virtual-clock.ts'

const MINUTE = 60_000

const unavailable = { error: { code: 'unavailable', retryable: true } } as const

test.each([
  { refusal: unavailable, code: 'unavailable', waits: [750, 1_000, 1_500, 2_500, 4_500] },
  {
    refusal: { error: { code: 'rate_limited', retryable: true, retryAfterMs: 3_000 } } as const,
    ...{ code: 'rate_limited', waits: [3_750, 4_000, 4_500, 5_500, 7_500] },
  },
])('sync refused with $code is tried again on the same link, later each time', async ({ refusal, waits }) => {
  const { server, client, clock, statuses } = givenClient()
  const times: number[] = []
  server.override = ({ action }) => {
    if (action !== 'sync' || times.push(clock.now()) > waits.length) return undefined
    return refusal
  }
  const connected = client.connect()
  await clock.advance(MINUTE)
  await connected
  expect(times.slice(1).map((time, i) => time - times[i]!)).toEqual(waits)
  expect(server.sockets).toHaveLength(1)
  expect(statuses.map(({ status }) => status)).toEqual(['connecting', 'connected'])
})

test('the waits between refusals are random', async () => {
  for (const random of [0, 1]) {
    const { server, client, clock } = givenClient({ random: () => random })
    server.override = ({ action }) => (action === 'sync' ? unavailable : undefined)
    client.connect().catch(() => {})
    await clock.advance(random === 0 ? 500 : 1_000)
    expect(server.asked('sync')).toHaveLength(2)
    client.disconnect()
  }
})

test('it goes on with the page that was refused, and takes as long as it must', async () => {
  const { server, client, clock } = givenClient()
  for (const id of ['a', 'b', 'c']) server.room(id)
  server.roomsPage = 1
  const refused = new Map<unknown, number>()
  server.override = ({ action, cursor }) => {
    if (action !== 'sync') return undefined
    const times = (refused.get(cursor) ?? 0) + 1
    refused.set(cursor, times)
    return times <= 5 ? unavailable : undefined
  }
  const connected = client.connect()
  await clock.advance(2 * MINUTE)
  await connected
  expect(server.sockets).toHaveLength(1)
  expect([...new Set(server.asked('sync').map(({ cursor }) => cursor))]).toEqual([undefined, 'a', 'b'])
  expect([...refused.values()]).toEqual([6, 6, 6])
  expect(client.rooms.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
})

test('an empty page with a cursor is not the last one', async () => {
  const { server, client } = givenClient()
  server.room('a')
  server.override = (frame) => {
    if (frame.action !== 'sync' || frame.cursor !== undefined) return undefined
    const { data } = server.answer({ ...frame, cursor: 'z' }, server.socket) as { data: object }
    return { data: { ...data, nextCursor: '0' } }
  }
  await client.connect()
  expect(client.rooms.map(({ id }) => id)).toEqual(['a'])
})

test('a frame of the gateway’s own instead of the reply is an overload too', async () => {
  const { server, client, clock } = givenClient()
  server.override = ({ action }, socket) => {
    if (action !== 'sync' || socket.actions('sync').length > 1) return undefined
    queueMicrotask(() => socket.push({ message: 'Internal server error', connectionId: 'c', requestId: 'g' }))
    return 'nothing'
  }
  const connected = client.connect()
  await clock.advance(1_000)
  await connected
  expect(server.sockets).toHaveLength(1)
})

test('any other error ends the attempt, and the next one has a connection of its own', async () => {
  const { server, client, clock, statuses } = givenClient()
  server.override = ({ action }) =>
    action === 'sync' && server.sockets.length === 1 ? { error: { code: 'internal', retryable: true } } : undefined
  client.connect().catch(() => {})
  await settled()
  expect(statuses.at(-1)).toMatchObject({ status: 'disconnected', error: { code: 'internal' } })
  await clock.advance(1_000)
  expect(client.status).toBe('connected')
})

test('a link that is silent is given up, however long the pages before have taken', async () => {
  const { server, client, clock, statuses } = givenClient()
  for (const id of ['a', 'b']) server.room(id)
  server.roomsPage = 1
  server.override = ({ action, cursor }) => (action === 'sync' && cursor !== undefined ? 'nothing' : undefined)
  client.connect().catch(() => {})
  await clock.advance(9_999)
  expect(client.status).toBe('connecting')
  await clock.advance(1)
  expect(statuses.at(-1)).toMatchObject({ status: 'disconnected', error: { code: 'disconnected' } })
})

test.each(['disconnect', 'cut'])('a %s during the wait ends it, and leaves no timer behind', async (how) => {
  const { server, client, clock } = givenClient()
  server.override = ({ action }) => (action === 'sync' ? unavailable : undefined)
  client.connect().catch(() => {})
  await clock.advance(10_000)
  if (how === 'cut') server.socket.cut()
  client.disconnect()
  await settled()
  expect(clock.timers).toBe(0)
  const { length } = server.asked('sync')
  await clock.advance(MINUTE)
  expect(server.asked('sync')).toHaveLength(length)
})

test('the token’s life counts from the last page, not from the first', async () => {
  const expiresAt = { ms: 0 }
  const { server, client, clock } = givenClient({
    getToken: () => tokenOf({ exp: expiresAt.ms / 1_000 }),
  })
  expiresAt.ms = clock.now() + 10 * MINUTE
  for (const id of ['a', 'b']) server.room(id)
  server.roomsPage = 1
  const pages: Asked[] = []
  server.override = (frame) => {
    if (frame.action !== 'sync' || server.sockets.length > 1) return undefined
    // About five minutes.
    return frame.cursor !== undefined && pages.push(frame) <= 20 ? unavailable : undefined
  }
  const connected = client.connect()
  await clock.advance(6 * MINUTE)
  await connected
  await clock.advance(4 * MINUTE)
  expect(server.sockets.length).toBeGreaterThan(1)
})
