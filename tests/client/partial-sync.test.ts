import { expect, test } from 'vitest'
import { contentsOf, givenClient } from './given-client.ts'
import { settled } from './virtual-clock.ts'

const MINUTE = 60_000

const ids = (count: number) => Array.from({ length: count }, (_, i) => `room-${String(i).padStart(3, '0')}`)

/** Creates a client of a server that supports `only` and `limit`, with `count` rooms. */
function givenRooms(count: number) {
  const given = givenClient()
  given.server.features = ['sessions', 'partialSync']
  for (const id of ids(count)) given.server.room(id)
  const added: string[] = []
  given.client.on('roomAdded', ({ id }) => added.push(id))
  return { ...given, added }
}

/** Returns what each `sync` of the newest connection asked for: names, or the page after a cursor. */
const syncs = ({ server }: ReturnType<typeof givenRooms>) =>
  server.socket.actions('sync').map(({ only, cursor }) => only ?? cursor ?? 'first page')

test('up to a page of rooms is one sync', async () => {
  const given = givenRooms(50)
  const { client, server, clock } = given
  client.room('room-049').on('message', () => {})
  await client.connect()
  server.socket.cut()
  await clock.advance(1_000)
  expect(syncs(given)).toEqual(['first page'])
})

test('after the first page of many, the rooms in use come first; then it is connected, and the pages follow', async () => {
  const given = givenRooms(120)
  const { client, server, added } = given
  for (const id of ['room-119', 'room-003', 'not an id', 'no-such-room']) client.room(id).on('message', () => {})
  let atConnected: string[] = []
  client.on('status', ({ status }) => {
    if (status === 'connected') atConnected = client.rooms.map(({ id }) => id)
  })
  await client.connect()
  expect(syncs(given)).toEqual(['first page', ['no-such-room', 'room-119'], 'room-049.room-119', 'room-099.room-119'])
  expect(atConnected.sort()).toEqual([...ids(50), 'room-119'])
  expect(client.rooms.map(({ id }) => id).sort()).toEqual(ids(120))
  expect(added.sort()).toEqual(ids(120))
  expect(server.sockets).toHaveLength(1)
})

test('after a reconnect what the application used last comes first, then what had news; the rest is recovered later', async () => {
  const given = givenRooms(120)
  const { client, server, clock } = given
  await client.connect()
  const [seen, quiet] = [contentsOf(client.room('room-100')), contentsOf(client.room('room-007'))]
  await client.room('room-101').history()
  client.room('room-102').send({ content: 'from me' })
  await client.room('room-100').history()
  server.socket.events(server.keep('room-055', 'news'))
  await settled()
  const before = server.socket
  server.override = ({ cursor }) => (cursor === undefined ? undefined : 'nothing')
  before.cut()
  server.keep('room-100', 'missed')
  server.keep('room-007', 'missed too')
  await clock.advance(1_000)
  const [first] = server.socket.actions('sync')
  expect(first).toMatchObject({
    only: ['room-100', 'room-102', 'room-101', 'room-007', 'room-055'],
    rooms: { 'room-100': 0, 'room-102': 1, 'room-055': 1 },
  })
  expect(client.status).toBe('connected')
  expect([seen, quiet]).toEqual([['missed'], ['missed too']])
  const late = contentsOf(client.room('room-008'))
  server.keep('room-008', 'missed by a quiet room')
  server.override = () => undefined
  before.cut()
  server.socket.cut()
  await clock.advance(1_000)
  expect(late).toEqual(['missed by a quiet room'])
  expect(syncs(given).slice(1)).toHaveLength(3)
})

test('a page that fails after the first rooms are in ends the connection, and the next one has them all', async () => {
  const given = givenRooms(120)
  const { client, server, clock, statuses } = given
  client.room('room-119').on('message', () => {})
  await client.connect()
  server.override = ({ action, cursor }) =>
    action === 'sync' && cursor !== undefined ? { error: { code: 'internal', retryable: true } } : undefined
  server.socket.cut()
  await clock.advance(751)
  expect(statuses.slice(-2)).toMatchObject([
    { status: 'connected' },
    { status: 'disconnected', error: { code: 'internal' } },
  ])
  server.override = () => undefined
  await clock.advance(2_000)
  expect(client.status).toBe('connected')
  expect(syncs(given)).toHaveLength(4)
})

test('connect waits for all rooms, ready for the first', async () => {
  const { client, server, clock } = givenRooms(120)
  let answer = false
  server.override = ({ action, cursor }) =>
    action === 'sync' && cursor === 'room-099' && !answer
      ? { error: { code: 'unavailable', retryable: true } }
      : undefined
  let connected = false
  const all = client.connect().then(() => (connected = true))
  await client.ready()
  await clock.advance(5_000)
  expect([client.status, connected]).toEqual(['connected', false])
  answer = true
  await clock.advance(10_000)
  await all
  expect(client.rooms).toHaveLength(120)
})

test('a renewal keeps the old connection until the new one has all rooms', async () => {
  const { client, server, clock } = givenRooms(120)
  client.room('room-119').on('message', () => {})
  await client.connect()
  const old = server.socket
  server.override = ({ action, cursor }, socket) =>
    action === 'sync' && cursor !== undefined && socket !== old
      ? { error: { code: 'unavailable', retryable: true } }
      : undefined
  await clock.advance(117 * MINUTE)
  expect(server.sockets).toHaveLength(2)
  expect(old.closed).toBe(false)
  server.override = () => undefined
  await clock.advance(MINUTE)
  expect(old.closed).toBe(true)
})

test('a room that was left elsewhere is found out by the pages, not by the named rooms', async () => {
  const { client, server, clock } = givenRooms(120)
  const left: string[] = []
  client.room('room-119').on('memberLeft', ({ userId }) => left.push(userId))
  await client.connect()
  server.socket.cut()
  server.rooms.delete('room-119')
  let answer = false
  server.override = ({ action, cursor }) =>
    action === 'sync' && cursor !== undefined && !answer
      ? { error: { code: 'unavailable', retryable: true } }
      : undefined
  await clock.advance(751)
  expect([client.status, left]).toEqual(['connected', []])
  answer = true
  await clock.advance(MINUTE)
  expect(left).toEqual(['me'])
})

test('an older server that takes over is asked for no part', async () => {
  const { client, server, clock } = givenRooms(120)
  client.room('room-119').on('message', () => {})
  await client.connect()
  server.features = undefined
  server.socket.cut()
  await clock.advance(20_000)
  expect(client.status).toBe('connected')
  expect(server.socket.actions('sync').filter((frame) => 'only' in frame || 'limit' in frame)).toEqual([])
})

test('while replies do not come in time, sync asks for the gaps of fewer rooms, then of none, and for fewer rooms', async () => {
  const given = givenRooms(4)
  const { client, server, clock } = given
  for (const id of ids(4)) client.room(id).on('message', () => {})
  await client.connect()
  const contents = contentsOf(client.room('room-003'))
  server.override = ({ action }) => (action === 'sync' ? 'nothing' : undefined)
  server.socket.cut()
  server.keep('room-003', 'missed')
  const asked = () =>
    server.sockets
      .flatMap((socket) => socket.actions('sync'))
      .map(({ rooms, limit }) => [Object.keys(rooms!).length, limit])
  await clock.advance(2 * MINUTE)
  expect(asked().slice(1, 5)).toEqual([
    [4, undefined],
    [2, 25],
    [0, 12],
    [0, 6],
  ])
  server.override = () => undefined
  await clock.advance(2 * MINUTE)
  expect(client.status).toBe('connected')
  expect(contents).toEqual(['missed'])
})

test('history on a link that stays silent asks for less each time, and fails with timeout in the end', async () => {
  const { client, server, clock } = givenRooms(1)
  await client.connect()
  server.override = ({ action }) => (action === 'getHistory' ? 'nothing' : undefined)
  const page = client.room('room-000').history({ limit: 40 })
  page.catch(() => {})
  await clock.advance(10 * MINUTE)
  await expect(page).rejects.toMatchObject({
    code: 'timeout',
    message: 'unable to get an answer; none came in time',
    retryable: true,
  })
  expect(server.asked('getHistory').map(({ limit }) => limit)).toEqual([40, 20, 10, 5, 2])
})

test('a request that ends every connection fails in the end', async () => {
  const { client, server, clock } = givenRooms(1)
  await client.connect()
  server.override = ({ action }, socket) => {
    if (action !== 'getHistory') return undefined
    socket.cut(1006)
    return 'nothing'
  }
  const page = client.room('room-000').history()
  page.catch(() => {})
  await clock.advance(10 * MINUTE)
  await expect(page).rejects.toMatchObject({
    code: 'disconnected',
    message: 'unable to get an answer; the socket closed with 1006',
  })
  expect(server.asked('getHistory')).toHaveLength(20)
})
