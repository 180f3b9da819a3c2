import { expect, onTestFinished, test } from 'vitest'
import { UnauthorizedError } from '../../client/index.ts'
import type { Asked } from './fake-server.ts'
import { givenClient, givenJoinedRoom, tokenOf } from './given-client.ts'
import { settled } from './virtual-clock.ts'

const MINUTE = 60_000

/** The first `sync` gets no reply until `answer` is called. */
function givenLateSync() {
  const given = givenClient()
  const { server } = given
  let answer!: () => void
  server.override = ({ requestId, action }, socket) => {
    answer = () => {
      server.override = () => undefined
      const data = server.answer({ action, requestId }, socket)
      socket.push({ type: 'reply', action, requestId, ...(data as object) })
    }
    return 'nothing'
  }
  return { ...given, answer: () => answer() }
}

test('the token is offered as a subprotocol and is nowhere in the URL', async () => {
  const { client, server } = givenClient({ getToken: () => 'a.b.c' })
  await client.connect()
  expect(server.socket.protocols).toEqual(['tabletalk.v1', 'bearer.a.b.c'])
  expect(server.socket.url).toBe('wss://chat.example/prod')
})

test('the first frame is sync, and the client is connected once it is answered', async () => {
  const { client, server, statuses, answer } = givenLateSync()
  const connected = client.connect()
  await settled()
  expect(server.socket.asked).toMatchObject([{ action: 'sync' }])
  expect(client.status).toBe('connecting')
  answer()
  await connected
  expect(client.userId).toBe('me')
  expect(statuses.map(({ status }) => status)).toEqual(['connecting', 'connected'])
})

test('each attempt asks for a fresh token', async () => {
  let tokens = 0
  const { client, server, clock } = givenClient({ getToken: () => tokenOf({ n: ++tokens }) })
  await client.connect()
  server.socket.cut()
  await clock.advance(1_000)
  expect(client.status).toBe('connected')
  expect(new Set(server.sockets.map(({ protocols }) => protocols[1]))).toHaveLength(2)
})

test('UnauthorizedError from getToken ends the attempts, until connect is called again', async () => {
  let signedIn = false
  const { client, server, clock, statuses } = givenClient({
    getToken: () => {
      if (!signedIn) throw new UnauthorizedError('signed out')
      return tokenOf({})
    },
  })
  const waiting = client.room('general').send({ content: 'hello' })
  await expect(client.connect()).rejects.toMatchObject({ code: 'forbidden', message: 'signed out' })
  await clock.advance(10 * MINUTE)
  expect(server.sockets).toHaveLength(0)
  expect(statuses).toMatchObject([{ status: 'connecting' }, { status: 'failed', error: { message: 'signed out' } }])
  expect(waiting.state).toBe('failed')
  signedIn = true
  await client.connect()
  expect(client.status).toBe('connected')
})

test('any other error of getToken is tried again', async () => {
  let calls = 0
  const { client, clock } = givenClient({
    getToken: async () => {
      if (++calls === 1) throw new Error('the identity provider is down')
      return tokenOf({})
    },
  })
  const connected = client.connect()
  await clock.advance(1_000)
  await connected
  expect(calls).toBe(2)
})

test.each([
  [undefined, 'undefined'],
  ['', 'an empty text'],
  [{ token: 'a.b.c' }, 'object'],
])('a getToken that returns %j is a mistake, told at once', async (token, what) => {
  const { client, clock, server } = givenClient({ getToken: () => token as string })
  await expect(client.connect()).rejects.toMatchObject({
    code: 'no_token',
    message: `unable to connect; getToken returned ${what}, not a token`,
  })
  await clock.advance(10 * MINUTE)
  expect([client.status, server.sockets.length]).toEqual(['failed', 0])
})

test('when no socket can be made, connect rejects at once', async () => {
  const missing = 'unable to connect; Node before 22 needs the package ws: npm i ws'
  const { client } = givenClient({
    createSocket: () => {
      throw new Error(missing)
    },
  })
  await expect(client.connect()).rejects.toMatchObject({ code: 'internal', message: missing })
  expect(client.status).toBe('failed')
})

test('after three refusals and no success the error says what to check; after a success it does not', async () => {
  const { client, server, clock, statuses } = givenClient()
  const messages = () => statuses.flatMap(({ error }) => error?.message ?? [])
  server.down = true
  client.connect().catch(() => {})
  await clock.advance(10 * MINUTE)
  const plain = 'unable to get an answer; the socket closed with 1006'
  const hint = "; no attempt has succeeded: check the address, the token's iss, aud and exp, and ALLOWED_ORIGINS"
  expect(messages().slice(0, 4)).toEqual([plain, plain, plain + hint, plain + hint])
  server.down = false
  await clock.advance(MINUTE)
  expect(client.status).toBe('connected')
  const before = messages().length
  server.down = true
  server.socket.cut()
  await clock.advance(10 * MINUTE)
  expect(new Set(messages().slice(before))).toEqual(new Set([plain]))
})

test('a server that refuses with 403 is asked no more', async () => {
  const { client, server } = givenClient({
    createSocket: (url, protocols) => {
      // Before the close, as with `ws`.
      queueMicrotask(() => server.socket.onerror?.({ message: 'Unexpected server response: 403' }))
      return server.createSocket(url, protocols)
    },
  })
  server.down = true
  await expect(client.connect()).rejects.toMatchObject({
    code: 'forbidden',
    message: 'unable to connect; the server refused with 403: check the address and ALLOWED_ORIGINS',
  })
  expect([client.status, server.sockets.length]).toEqual(['failed', 1])
})

test('an address is looked at without URL.canParse, which not every browser has', () => {
  const canParse = Object.getOwnPropertyDescriptor(URL, 'canParse')!
  onTestFinished(() => {
    Object.defineProperty(URL, 'canParse', canParse)
  })
  Object.defineProperty(URL, 'canParse', { value: undefined, configurable: true })
  expect(givenClient().client.status).toBe('disconnected')
  expect(() => givenClient({ url: 'nowhere' })).toThrow('the url is no ws:// or wss:// address: nowhere')
})

test('a connection that the server ends with a goodbye is opened again, and the reason is told', async () => {
  const { client, server, clock, statuses } = givenClient()
  await client.connect()
  server.socket.events({ event: 'goodbye', reason: 'signed out' })
  expect(statuses.at(-1)).toMatchObject({
    status: 'disconnected',
    error: {
      code: 'disconnected',
      message: 'unable to get an answer; the server has ended the connection: signed out',
    },
  })
  await clock.advance(1_000)
  expect([client.status, server.sockets.length]).toEqual(['connected', 2])
})

test('a user who is banned from the chat is not connected again, until connect is called', async () => {
  const { client, server, clock, statuses, room } = await givenJoinedRoom()
  const message = room.send({ content: 'on its way' })
  server.socket.events({ event: 'goodbye', reason: 'blocked' })
  server.socket.cut()
  const error = { code: 'banned', message: 'unable to connect; this user is banned from the chat', retryable: false }
  expect(statuses.at(-1)).toMatchObject({ status: 'failed', error })
  await expect(message.done).rejects.toMatchObject(error)
  await expect(client.ready()).rejects.toMatchObject(error)
  await clock.advance(10 * MINUTE)
  expect([client.status, server.sockets.length]).toEqual(['failed', 1])
  await client.connect()
  expect(client.status).toBe('connected')
})

test('a ban that comes while the connection is renewed ends the renewal too', async () => {
  const { client, server, clock } = givenClient({ random: () => 0 })
  await client.connect()
  const [first] = server.sockets
  server.override = ({ action }) => (action === 'sync' ? 'nothing' : undefined)
  while (server.sockets.length === 1) await clock.advance(MINUTE / 60)
  first!.events({ event: 'goodbye', reason: 'blocked' })
  await clock.advance(10 * MINUTE)
  expect([client.status, server.sockets.length]).toEqual(['failed', 2])
  expect(server.sockets.map(({ closed }) => closed)).toEqual([true, true])
})

test('a getToken that never answers is given up after 20 s', async () => {
  const { client, clock, statuses } = givenClient({ getToken: () => new Promise<string>(() => {}) })
  client.connect().catch(() => {})
  await clock.advance(20_000)
  expect(statuses.at(-1)).toMatchObject({
    status: 'disconnected',
    error: { code: 'timeout', message: 'unable to connect; it took too long' },
  })
})

test('the waits between attempts double from 0.5 s to 20 s, with full jitter', async () => {
  const randoms = { low: 0, high: 1 }
  for (const [name, random] of Object.entries(randoms)) {
    const { client, server, clock, statuses } = givenClient({ random: () => random })
    server.down = true
    client.connect().catch(() => {})
    await clock.advance(10 * MINUTE)
    const waits = statuses.flatMap(({ retryInMs }) => retryInMs ?? [])
    expect(waits.slice(0, 8), name).toEqual(
      name === 'low' ? Array(8).fill(500) : [1_000, 1_500, 2_500, 4_500, 8_500, 16_500, 20_000, 20_000],
    )
  }
})

test('the waits start again only after 30 s of a connection that holds', async () => {
  const { client, server, clock, statuses } = givenClient({ random: () => 1 })
  await client.connect()
  const waitAfterHolding = async (ms: number) => {
    await clock.advance(ms)
    server.socket.cut()
    const { retryInMs } = statuses.at(-1)!
    await clock.advance(retryInMs!)
    expect(client.status).toBe('connected')
    return retryInMs
  }
  expect(await waitAfterHolding(29_999)).toBe(1_000)
  expect(await waitAfterHolding(29_999)).toBe(1_500)
  expect(await waitAfterHolding(29_999)).toBe(2_500)
  expect(await waitAfterHolding(30_000)).toBe(1_000)
})

test('disconnect ends everything, whatever is under way', async () => {
  const { client, server, clock } = givenClient()
  const pending = client.connect()
  client.disconnect()
  await expect(pending).rejects.toMatchObject({
    code: 'disconnected',
    message: 'unable to get an answer; the client has disconnected',
  })
  await client.connect()
  client.disconnect()
  await clock.advance(3 * 60 * MINUTE)
  expect(client.status).toBe('disconnected')
  expect(server.sockets.every(({ closed }) => closed)).toBe(true)
  expect(server.sockets).toHaveLength(1)
})

test('a connection is replaced before the gateway ends it after 2 h, and nothing is missed or doubled meanwhile', async () => {
  const { client, server, clock, statuses, contents } = await givenJoinedRoom()
  const old = server.socket
  server.override = ({ action }) => (action === 'sync' ? 'nothing' : undefined)
  await clock.advance(117 * MINUTE)
  expect(server.sockets).toHaveLength(2)
  expect(old.closed).toBe(false)
  old.events(server.keep('general', 'on the old connection'))
  server.socket.events(server.keep('general', 'on the new connection'))
  const [sync] = server.socket.actions('sync') as [Asked]
  expect(sync.rooms).toEqual({ general: 0 })
  server.override = () => undefined
  server.socket.push({ type: 'reply', ...sync, ...(server.answer(sync, server.socket) as object) })
  await settled()
  old.events(...server.room('general'))

  expect(contents).toEqual(['on the old connection', 'on the new connection'])
  expect(old.closed).toBe(true)
  expect(client.status).toBe('connected')
  expect(statuses.map(({ status }) => status)).toEqual(['connecting', 'connected'])
})

test('a request under way on the connection that is replaced is still answered', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  const old = server.socket
  server.override = ({ action }) => (action === 'getHistory' ? 'nothing' : undefined)
  await clock.advance(117 * MINUTE - 1)
  const history = room.history()
  await clock.advance(1)
  expect(server.sockets).toHaveLength(2)
  expect(old.closed).toBe(false)
  const [{ requestId }] = old.actions('getHistory') as [Asked]
  old.push({ type: 'reply', action: 'getHistory', requestId, data: { messages: [], hasMore: false } })
  expect(await history).toEqual({ messages: [], hasMore: false })
  expect(old.closed).toBe(true)
})

test.each([
  { lifeSeconds: 3_600, from: 55, to: 59 },
  { lifeSeconds: 600, from: 7, to: 9 },
])('a connection is replaced before its token of $lifeSeconds s expires', async ({ lifeSeconds, from, to }) => {
  for (const random of [0, 1]) {
    const getToken = () => tokenOf({ exp: given.clock.now() / 1_000 + lifeSeconds })
    const given = givenClient({ getToken, random: () => random })
    await given.client.connect()
    await given.clock.advance(from * MINUTE - 1)
    expect(given.server.sockets).toHaveLength(1)
    await given.clock.advance((to - from) * MINUTE + 1)
    expect(given.server.sockets).toHaveLength(2)
    expect(given.statuses).toHaveLength(2)
  }
})

test('a connection whose token has expired is given up, for it would be told nothing more', async () => {
  let healthy = true
  const given = givenClient({
    getToken: () => {
      if (!healthy) throw new Error('the identity provider is down')
      return tokenOf({ exp: given.clock.now() / 1_000 + 60 })
    },
  })
  const { client, server, clock } = given
  await client.connect()
  healthy = false
  await clock.advance(59_999)
  expect(client.status).toBe('connected')
  await clock.advance(1)
  expect(client.status).not.toBe('connected')
  expect(server.socket.closed).toBe(true)
  healthy = true
  await clock.advance(20_000)
  expect(client.status).toBe('connected')
})

test('token_expired has the client reconnect with a fresh token, and what was asked is asked again', async () => {
  const { server, clock, room } = await givenJoinedRoom({}, ['one'])
  const [old] = server.sockets
  server.override = (_, socket) => (socket === old ? { error: { code: 'token_expired', retryable: false } } : undefined)
  const history = room.history()
  await clock.advance(1_000)
  expect((await history).messages).toHaveLength(1)
  expect(server.sockets).toHaveLength(2)
})

test('a quiet connection is pinged before the gateway ends it after 10 idle minutes', async () => {
  const { client, server, clock } = givenClient()
  await client.connect()
  await clock.advance(4 * MINUTE - 1)
  expect(server.asked('ping')).toHaveLength(0)
  await clock.advance(1)
  expect(server.asked('ping')).toHaveLength(1)
  await clock.advance(3 * MINUTE)
  server.socket.events({ event: 'memberLeft', chatRoomId: 'general', userId: 'bob', timestamp: 0 })
  await clock.advance(4 * MINUTE - 1)
  expect(server.asked('ping')).toHaveLength(1)
})

test('a half-open connection is noticed by the unanswered ping and replaced', async () => {
  const { client, server, clock, statuses } = givenClient()
  await client.connect()
  server.socket.halfOpen = true
  await clock.advance(4 * MINUTE + 10_000)
  expect(statuses.at(-1)).toMatchObject({
    status: 'disconnected',
    error: { code: 'disconnected', message: 'unable to get an answer; the server no longer answers' },
  })
  await clock.advance(1_000)
  expect(client.status).toBe('connected')
  expect(server.sockets).toHaveLength(2)
})

test('connect during a wait tries at once', async () => {
  const { client, server, clock } = givenClient()
  server.down = true
  client.connect().catch(() => {})
  await clock.advance(60_000)
  server.down = false
  await client.connect()
  expect(client.status).toBe('connected')
})

test('a status listener may disconnect', async () => {
  const { client, server, clock } = givenClient()
  client.on('status', ({ status }) => {
    if (status === 'connected') client.disconnect()
  })
  await expect(client.connect()).rejects.toMatchObject({
    code: 'disconnected',
    message: 'unable to get an answer; the client has disconnected',
  })
  await clock.advance(3 * 60 * MINUTE)
  expect(client.status).toBe('disconnected')
  expect(server.sockets).toHaveLength(1)
})

test('a connection that ends in the moment its sync is answered is not taken for one', async () => {
  const { client, server, clock, answer, statuses } = givenLateSync()
  client.connect().catch(() => {})
  await settled()
  // The network delivers both at once: a socket reports both before a promise gets its turn.
  answer()
  server.socket.cut()
  await settled()
  expect(statuses.map(({ status }) => status)).toEqual(['connecting', 'disconnected'])
  await clock.advance(20_000)
  expect(client.status).toBe('connected')
  expect(server.sockets).toHaveLength(2)
})

test('a token that expires in the moment sync is answered has the client come back with the next one', async () => {
  const { client, server, clock, answer } = givenLateSync()
  client.connect().catch(() => {})
  await settled()
  answer()
  server.socket.push({ type: 'error', error: { code: 'token_expired', message: '', retryable: false } })
  await settled()
  expect(client.status).toBe('disconnected')
  await clock.advance(20_000)
  expect(client.status).toBe('connected')
})

test('a listener of roomAdded may disconnect', async () => {
  const { client, server, clock } = givenClient()
  server.room('general')
  client.on('roomAdded', () => client.disconnect())
  await expect(client.connect()).rejects.toMatchObject({
    code: 'disconnected',
    message: 'unable to get an answer; the client has disconnected',
  })
  await clock.advance(20_000)
  expect(client.status).toBe('disconnected')
  expect(server.sockets).toHaveLength(1)
  expect(server.socket.closed).toBe(true)
})

test('a disconnect in the moment the token comes has no socket opened', async () => {
  let give!: (token: string) => void
  const token = new Promise<string>((resolve) => (give = resolve))
  const { client, server } = givenClient({ getToken: () => token })
  token.then(() => client.disconnect()).catch(() => {})
  const pending = client.connect()
  give(tokenOf({ sub: 'me' }))
  await expect(pending).rejects.toMatchObject({
    code: 'disconnected',
    message: 'unable to get an answer; the client has disconnected',
  })
  await settled()
  expect(client.status).toBe('disconnected')
  expect(server.sockets).toHaveLength(0)
})

test.each(['not a url', '', undefined, 'https://chat.example/prod'])('%j is no url for a client', (url) => {
  expect(() => givenClient({ url: url as string })).toThrow(
    new TypeError(`unable to make a client; the url is no ws:// or wss:// address: ${String(url)}`),
  )
})

test('what getToken throws is reported', async () => {
  const { client, statuses } = givenClient({
    getToken: () => {
      throw new Error('the identity provider is down')
    },
  })
  client.connect().catch(() => {})
  await settled()
  expect(statuses.at(-1)!.error).toMatchObject({
    code: 'no_token',
    message: 'unable to get a token; the identity provider is down',
    retryable: true,
  })
})

test('what a socket says of its end is reported', async () => {
  const { client, server, statuses } = givenLateSync()
  client.connect().catch(() => {})
  await settled()
  server.socket.onerror?.({ message: 'Unexpected server response: 401' })
  server.socket.cut()
  await settled()
  expect(statuses.at(-1)!.error).toMatchObject({
    code: 'disconnected',
    message: 'unable to get an answer; Unexpected server response: 401',
  })
})
