import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { handshake, refusal } from '../support/handshake.ts'
import { quietLog } from '../support/quiet-log.ts'
import { settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { itemsOf, subscriptionItemsOf } from '../support/table-scan.ts'
import { startTokenAuthority } from '../support/token-authority.ts'

const authority = await startTokenAuthority()
afterAll(() => authority.close())
const chat = await useChat({ environment: authority.environment, log: quietLog })

const tokenOf = (userId: string) => authority.sign(authority.claims(userId))
const withQuery = (query: Record<string, string>) => `${chat.wsUrl}?${new URLSearchParams(query).toString()}`

const connectionsOf = async (userId: string) =>
  (await itemsOf(chat, 'Connection')).filter((item) => item.UserId === userId)

test('a token in the subprotocol list opens a socket, and only the application protocol is echoed', async () => {
  const token = await tokenOf('ada')
  const { socket, response } = await handshake(chat.wsUrl, ['tabletalk.v1', `bearer.${token}`])
  expect(socket.protocol).toBe('tabletalk.v1')
  expect(response.headers['sec-websocket-protocol']).toBe('tabletalk.v1')
  expect(response.rawHeaders.join()).not.toContain(token)
})

test('the application protocol is echoed wherever it stands in the list', async () => {
  const { socket } = await handshake(chat.wsUrl, [`bearer.${await tokenOf('ada')}`, 'tabletalk.v1'])
  expect(socket.protocol).toBe('tabletalk.v1')
})

test('a token in the query opens a socket, and no protocol is echoed that was not offered', async () => {
  const token = await tokenOf('ada')
  const { socket, response } = await handshake(withQuery({ token }))
  expect(socket.protocol).toBe('')
  expect(response.headers['sec-websocket-protocol']).toBeUndefined()
  expect(response.rawHeaders.join()).not.toContain(token)
})

test('a token in the query can be combined with the application protocol', async () => {
  const { socket } = await handshake(withQuery({ token: await tokenOf('ada') }), ['tabletalk.v1'])
  expect(socket.protocol).toBe('tabletalk.v1')
})

test('a token signed with any published key and allowed algorithm is accepted', async () => {
  const userId = unique('ada')
  await handshake(chat.wsUrl, [
    'tabletalk.v1',
    `bearer.${await authority.sign(authority.claims(userId), { alg: 'RS256' })}`,
  ])
  expect(await connectionsOf(userId)).toHaveLength(1)
})

test("a user id is whatever prints: '#', '/', spaces, other scripts, 128 characters", async () => {
  for (const userId of ['a#b', 'a/b c', 'Ωμέγα 日本', `${'𝒳'.repeat(127)}ü`]) {
    const client = await RawClient.open(chat.wsUrl, await tokenOf(userId))
    onTestFinished(() => client.close())
    const { userId: known } = await client.request({ action: 'sync' })
    expect(known).toBe(userId)
    expect(await connectionsOf(userId)).toHaveLength(1)
  }
})

const refused: [name: string, token: () => Promise<string> | string | undefined][] = [
  ['no token', () => undefined],
  ['an empty token', () => ''],
  ['garbage', () => 'garbage'],
  ['three parts of garbage', () => 'a.b.c'],
  ['an expired token', () => authority.sign({ ...authority.claims('eve'), exp: 1 })],
  ['an unsigned token', () => new UnsecuredJWT(authority.claims('eve')).encode()],
  ['an HMAC with the public key’s PEM as the secret', () => hmac(authority.publicPem)],
  ['an HMAC with the public key’s JWK as the secret', () => hmac(JSON.stringify(authority.publicJwk))],
  ['another audience', () => authority.sign({ ...authority.claims('eve'), aud: 'others' })],
  ['no audience', () => authority.sign(without('aud'))],
  ['another issuer', () => authority.sign({ ...authority.claims('eve'), iss: 'https://issuer.others' })],
  ['no issuer', () => authority.sign(without('iss'))],
  ['no exp', () => authority.sign(without('exp'))],
  ['no sub', () => authority.sign(without('sub'))],
  ['an empty sub', () => authority.sign(authority.claims(''))],
  ['a sub of 129 characters', () => authority.sign(authority.claims('e'.repeat(129)))],
  ['a sub with a character that does not print', () => authority.sign(authority.claims('e\u0000ve'))],
  ['a sub with a line break', () => authority.sign(authority.claims('e\nve'))],
  ['a sub that reads backwards', () => authority.sign(authority.claims('\u202eeve'))],
  ['a token not valid yet', () => authority.sign({ ...authority.claims('eve'), nbf: authority.claims('eve').exp })],
  ['an unknown kid', () => authority.sign(authority.claims('eve'), { kid: 'unknown' })],
  ['an ES256 key that is not published', () => authority.sign(authority.claims('eve'), { foreign: true })],
  [
    'an RS256 key that is not published',
    () => authority.sign(authority.claims('eve'), { alg: 'RS256', foreign: true }),
  ],
  ['another user’s claims under a valid signature', tampered],
]

const without = (claim: string) =>
  Object.fromEntries(Object.entries(authority.claims('eve')).filter(([name]) => name !== claim))

const hmac = (secret: string) =>
  new SignJWT(authority.claims('eve'))
    .setProtectedHeader({ alg: 'HS256', kid: 'RS256' })
    .sign(new TextEncoder().encode(secret))

async function tampered(): Promise<string> {
  const [header, , signature] = (await tokenOf('eve')).split('.')
  const claims = Buffer.from(JSON.stringify(authority.claims('ada'))).toString('base64url')
  return `${header}.${claims}.${signature}`
}

test.for(refused)('%s is answered 401: no socket, no Connection', async ([, tokenFor]) => {
  const token = await tokenFor()
  const known = new Set((await itemsOf(chat, 'Connection')).map((item) => item.ConnectionId))

  expect(await refusal(token === undefined ? chat.wsUrl : withQuery({ token }))).toBe(401)
  expect(await refusal(chat.wsUrl, ['tabletalk.v1', ...(token ? [`bearer.${token}`] : [])])).toBe(401)

  const added = (await itemsOf(chat, 'Connection')).filter((item) => !known.has(item.ConnectionId))
  expect(added).toEqual([])
})

test('a Connection is stored under the names that were specified', async () => {
  const userId = unique('ada')
  const before = Date.now()
  const { exp, ...claims } = authority.claims(userId)
  const token = await authority.sign({ ...claims, exp })
  await handshake(withQuery({ token, chatRoomId: 'general' }))

  const [connection] = await connectionsOf(userId)
  expect(connection).toMatchObject({
    ConnectionId: expect.stringMatching(/./) as string,
    UserId: userId,
    ChatRoomId: 'general',
    LastConnectedAt: expect.any(Number) as number,
    expiresAt: exp,
  })
  expect(connection!.LastConnectedAt).toBeGreaterThanOrEqual(before)
  expect(connection!.LastConnectedAt).toBeLessThanOrEqual(Date.now())
})

test('a Connection that opens no room has no ChatRoomId', async () => {
  const userId = unique('ada')
  await handshake(chat.wsUrl, ['tabletalk.v1', `bearer.${await tokenOf(userId)}`])
  const [connection] = await connectionsOf(userId)
  expect(connection).not.toHaveProperty('ChatRoomId')
})

test('the room that a connection joins last is the one it has open', async () => {
  const client = await RawClient.open(chat.wsUrl, await tokenOf(unique('ada')))
  onTestFinished(() => client.close())
  const { connectionId } = await client.request({ action: 'sync' })
  const open = async () =>
    (await itemsOf(chat, 'Connection')).find((item) => item.ConnectionId === connectionId)?.ChatRoomId
  const [first, second] = [unique('room'), unique('room')]
  await client.request({ action: 'createRoom', chatRoomId: first, roomName: 'First' })
  expect(await open()).toBe(first)
  await client.request({ action: 'createRoom', chatRoomId: second, roomName: 'Second' })
  expect(await open()).toBe(second)
  await client.request({ action: 'joinRoom', chatRoomId: first })
  expect(await open()).toBe(first)
})

test('a chatRoomId that is none is answered 400: no socket, no Connection', async () => {
  const userId = unique('ada')
  expect(await refusal(withQuery({ token: await tokenOf(userId), chatRoomId: 'no#room' }))).toBe(400)
  expect(await connectionsOf(userId)).toEqual([])
})

test.for(['', 'a#b', 'a'.repeat(65)])(
  'a sessionId that is none, %j, is answered 400: no socket, no Connection',
  async (sessionId) => {
    const userId = unique('ada')
    expect(await refusal(withQuery({ token: await tokenOf(userId), sessionId }))).toBe(400)
    expect(await connectionsOf(userId)).toEqual([])
  },
)

test('the session in the URL is the one of the connection, and its next connection takes it over', async () => {
  const userId = unique('ada')
  const open = async (query: Record<string, string> = {}) => {
    const client = await RawClient.open(withQuery(query), await tokenOf(userId))
    onTestFinished(() => client.close())
    return client
  }
  const first = await open({ sessionId: 'tab' })
  expect(await connectionsOf(userId)).toMatchObject([{ SessionKey: 'tab' }])
  expect(await first.refused({ action: 'sync', sessionId: 'other' })).toEqual({
    code: 'invalid_request',
    message: 'unable to sync; a connection keeps the sessionId of its first sync',
    retryable: false,
    details: [{ path: 'sessionId', problem: 'is not the one of the first sync' }],
  })
  const { connectionId: before } = await first.request({ action: 'sync' })
  const { chatRoomId } = await first.request({ action: 'createRoom', roomName: 'A room' })
  await first.request({ action: 'createRoom', roomName: 'Another' })

  const [next, speaker] = [await open({ sessionId: 'tab' }), await open()]
  const { connectionId, nextCursor } = await next.request({ action: 'sync', sessionId: 'tab', limit: 1 })
  await next.request({ action: 'sync', cursor: nextCursor })
  const sessions = (await itemsOf(chat, 'Session')).filter((item) => item.UserId === userId)
  expect(sessions).toMatchObject([{ SessionKey: 'tab', ConnectionId: connectionId }])
  const rows = (await subscriptionItemsOf(chat)).filter((item) => item.UserId === userId)
  expect(rows.map((row) => row.ConnectionId)).toEqual([connectionId, connectionId])

  await speaker.request({ action: 'sendMessage', chatRoomId, content: 'hello' })
  await next.event('message')
  await settled(chat)
  expect(first.events.filter(({ event }) => event === 'message')).toEqual([])
  expect(before).not.toBe(connectionId)
})

test('a connection that joins before it syncs takes over the session that its URL names', async () => {
  const userId = unique('ada')
  const open = async () => {
    const client = await RawClient.open(withQuery({ sessionId: 'tab' }), await tokenOf(userId))
    onTestFinished(() => client.close())
    return client
  }
  const bob = await RawClient.open(chat.wsUrl, await tokenOf(unique('bob')))
  onTestFinished(() => bob.close())
  const { chatRoomId } = await bob.request({ action: 'createRoom', roomName: 'A room' })
  await (await open()).request({ action: 'sync' })
  const next = await open()
  await next.request({ action: 'joinRoom', chatRoomId })
  await bob.request({ action: 'sendMessage', chatRoomId, content: 'hello' })
  expect(await next.event('message')).toMatchObject({ content: 'hello' })
})

test('a connection that ends is forgotten', async () => {
  const userId = unique('ada')
  const client = await RawClient.open(chat.wsUrl, await tokenOf(userId))
  await client.request({ action: 'createRoom', chatRoomId: unique('room'), roomName: 'A room' })
  expect((await itemsOf(chat, 'Session')).filter((item) => item.UserId === userId)).toHaveLength(1)

  await client.close()
  // The gateway runs $disconnect some time after the close. The stream follows.
  await expect.poll(() => connectionsOf(userId)).toEqual([])
  await chat.mapping.idle()
  expect((await itemsOf(chat, 'Session')).filter((item) => item.UserId === userId)).toEqual([])
})

test('nothing is sent before the client’s first frame, even to a user who is put into a room meanwhile', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const [adasClient, bobsClient] = await Promise.all(
    [ada, bob].map(async (userId) => RawClient.open(chat.wsUrl, await tokenOf(userId))),
  )
  onTestFinished(async () => void (await Promise.all([adasClient!.close(), bobsClient!.close()])))
  await adasClient!.request({ action: 'sync' })
  const room = unique('room')
  await adasClient!.request({ action: 'createRoom', chatRoomId: room, roomName: 'A room', members: [bob] })
  await chat.mapping.idle()
  await adasClient!.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await chat.mapping.idle()

  const { rooms } = await bobsClient!.request({ action: 'sync', rooms: { [room]: 0 } })
  expect(bobsClient!.frames[0]).toMatchObject({ type: 'reply', action: 'sync' })
  expect(rooms.map(({ events }) => events.map(({ content }) => content))).toEqual([['hello']])
})
