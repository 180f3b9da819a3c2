import { expect, test } from 'vitest'
import { contentsOf, givenClient, givenJoinedRoom } from './given-client.ts'
import { settled } from './virtual-clock.ts'

const MINUTE = 60_000

/** Time of the first renewal, with `random` at 0.5. */
const RENEWAL = 117 * MINUTE

/** Creates a client with a room, on its second link, which has synced for the client's session. */
async function givenSession() {
  const given = givenClient()
  const { server, client, clock } = given
  server.room('general')
  await client.connect()
  const contents = contentsOf(client.room('general'))
  server.socket.cut()
  await clock.advance(1_000)
  expect(client.status).toBe('connected')
  return { ...given, contents, old: server.socket }
}

test('the sessionId is sent once the server has named the feature, the same on every later connection', async () => {
  const { server, client, clock } = givenClient()
  await client.connect()
  for (let i = 0; i < 2; i++) {
    server.socket.cut()
    await clock.advance(1_000)
  }
  const [first, second, third] = server.asked('sync')
  expect(first).not.toHaveProperty('sessionId')
  expect(second!.sessionId).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
  expect(third!.sessionId).toBe(second!.sessionId)
})

test('the URL of a connection names the session that its sync names, once the server has named the feature', async () => {
  const { server, client, clock } = givenClient({ url: 'wss://chat.example/prod?stage=a' })
  await client.connect()
  expect(server.socket.url).toBe('wss://chat.example/prod?stage=a')
  server.socket.cut()
  await clock.advance(1_000)
  const [, { sessionId }] = server.asked('sync') as [unknown, { sessionId: string }]
  expect(server.socket.url).toBe(`wss://chat.example/prod?stage=a&sessionId=${sessionId}`)
})

test('two clients have two sessions', async () => {
  const [one, two] = [await givenSession(), await givenSession()]
  const ids = [one, two].map(({ server }) => server.asked('sync').at(-1)!.sessionId)
  expect(ids[0]).not.toBe(ids[1])
})

test('a server of 0.1.0 is sent no sessionId', async () => {
  const { server, client, clock } = givenClient()
  server.features = undefined
  await client.connect()
  server.socket.cut()
  await clock.advance(1_000)
  expect(client.status).toBe('connected')
  expect(server.asked('sync').filter((frame) => 'sessionId' in frame)).toEqual([])
})

test('a server that is replaced by one of 0.1.0 is asked without a sessionId', async () => {
  const { server, client, clock, old } = await givenSession()
  server.features = undefined
  old.cut()
  await clock.advance(20_000)
  expect(client.status).toBe('connected')
  expect(server.asked('sync').at(-1)).not.toHaveProperty('sessionId')
})

test('the pages after the first belong to its session and do not repeat it', async () => {
  const { server, clock, old } = await givenSession()
  for (const id of ['a', 'b']) server.room(id)
  server.roomsPage = 1
  old.cut()
  await clock.advance(1_000)
  expect(server.socket.asked.map(({ cursor, sessionId }) => [cursor, sessionId !== undefined])).toEqual([
    [undefined, true],
    ['a', false],
    ['b', false],
  ])
})

test.each(['lost with its socket', 'lost alone'])(
  'a renewal whose sync reply is %s leaves the old link with the session, and with what it missed',
  async (how) => {
    const { server, client, clock, contents, old, statuses } = await givenSession()
    const before = statuses.length
    server.override = ({ action }, socket) => {
      if (action !== 'sync' || socket === old) return undefined
      // The session has moved to the new link: messages are posted only there.
      server.keep('general', 'posted to nobody')
      if (how === 'lost with its socket') queueMicrotask(() => socket.cut())
      return 'nothing'
    }
    await clock.advance(RENEWAL)
    server.override = ({ action }, socket) => (action === 'sync' && socket !== old ? 'nothing' : undefined)
    await clock.advance(10_000)
    expect(server.sockets.length).toBeGreaterThanOrEqual(3)
    const [again] = old.actions('sync').slice(1)
    expect(again).toMatchObject({ rooms: { general: 0 }, sessionId: old.actions('sync')[0]!.sessionId })
    expect(contents).toEqual(['posted to nobody'])
    old.events(server.keep('general', 'posted to the old link'))
    expect(contents).toEqual(['posted to nobody', 'posted to the old link'])
    expect(client.status).toBe('connected')
    expect(statuses).toHaveLength(before)
  },
)

test('the next renewal waits for the sync on the old link, so that the session ends where it belongs', async () => {
  const { server, clock, old } = await givenSession()
  const stage = { oldAnswers: false }
  server.override = ({ action }, socket) => {
    if (action !== 'sync') return undefined
    if (socket === old) return stage.oldAnswers ? undefined : { error: { code: 'unavailable', retryable: true } }
    if (server.sockets.length === 3) {
      queueMicrotask(() => socket.cut())
      return 'nothing'
    }
    return undefined
  }
  await clock.advance(RENEWAL + MINUTE)
  expect(server.sockets).toHaveLength(3)
  expect(old.actions('sync').length).toBeGreaterThan(2)
  stage.oldAnswers = true
  await clock.advance(MINUTE)
  expect(server.sockets).toHaveLength(4)
  expect(old.closed).toBe(true)
})

test('an old link that cannot sync again is given up, for it may be deaf', async () => {
  const { server, client, clock, old, statuses } = await givenSession()
  server.override = ({ action }, socket) => {
    if (action !== 'sync' || server.sockets.length > 3) return undefined
    if (socket === old) return { error: { code: 'internal', retryable: true } }
    queueMicrotask(() => socket.cut())
    return 'nothing'
  }
  await clock.advance(RENEWAL)
  expect(old.closed).toBe(true)
  expect(statuses.at(-1)).toMatchObject({ status: 'disconnected', error: { code: 'internal' } })
  await clock.advance(1_000)
  expect(client.status).toBe('connected')
})

test('a renewal that failed before its sync changes nothing for the old link', async () => {
  const { server, clock, old } = await givenSession()
  server.down = true
  await clock.advance(RENEWAL + MINUTE)
  expect(server.sockets.length).toBeGreaterThan(3)
  expect(old.actions('sync')).toHaveLength(1)
})

test('a first link, which is a session of its own, keeps its events when a renewal fails', async () => {
  const { server, clock } = await givenJoinedRoom()
  const first = server.socket
  server.override = ({ action }, socket) => {
    if (action !== 'sync' || socket === first) return undefined
    queueMicrotask(() => socket.cut())
    return 'nothing'
  }
  await clock.advance(RENEWAL + MINUTE)
  await settled()
  expect(server.sockets.length).toBeGreaterThan(1)
  expect(first.actions('sync')).toHaveLength(1)
})
