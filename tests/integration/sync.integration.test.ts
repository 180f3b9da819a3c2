import { expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { append, entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { itemsOf } from '../support/table-scan.ts'

const chat = await useChat()
const entities = await entitiesOf(chat)

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `message ${i + 1}`)

/** Contents of 16 KB each: four fit into one reply, five don't. */
const large = (count: number) => Array.from({ length: count }, () => 'x'.repeat(16_000))

/** Returns what a connection that has just come back gets of the room by `sync`. */
async function synced(client: RawClient, room: string, lastSeq?: number) {
  const { rooms } = await client.request({
    action: 'sync',
    ...(lastSeq === undefined ? {} : { rooms: { [room]: lastSeq } }),
  })
  return rooms.find(({ chatRoomId }) => chatRoomId === room)
}

test('the reply tells who the client is, on which connection, and what the deployment accepts', async () => {
  const userId = unique('ada')
  const client = await connect(chat, userId)
  const before = Date.now()
  const reply = await client.request({ action: 'sync' })
  const [connection] = (await itemsOf(chat, 'Connection')).filter((item) => item.UserId === userId)

  expect(reply).toEqual({
    serverTime: expect.any(Number) as number,
    features: [
      'sessions',
      'partialSync',
      'contentEncoding',
      'access',
      'roles',
      'moderation',
      'changes',
      'reads',
      'reactions',
      'threads',
      'mentions',
      'profiles',
      'presence',
      'notifications',
    ],
    connectionId: connection!.ConnectionId,
    userId,
    limits: {
      contentBytes: 16_384,
      captionBytes: 2_048,
      fileNameChars: 255,
      fileBytes: 26_214_400,
      contentTypes: expect.arrayContaining(['image/*', 'application/pdf']) as string[],
      roomNameChars: 128,
      createRoomMembers: 100,
      historyPage: 100,
      syncRooms: 1_000,
      userConnections: 100,
      userRooms: 1_000,
      roomMembers: 100_000,
      pendingUploads: 100,
      pendingUploadBytes: 2_621_440_000,
      frameBytes: 32_768,
      messageBytes: 131_072,
      typingRepeatMs: 7_000,
      typingExpiryMs: 10_000,
      idleTimeoutMs: 600_000,
      connectionLifetimeMs: 7_200_000,
      defaultRoomAccess: 'link',
      chosenRoomIds: 'anyone',
      roomCreation: 'anyone',
      directMessages: 'anyone',
      profiles: 'users',
    },
    rooms: [],
  })
  expect(reply.serverTime).toBeGreaterThanOrEqual(before)
  expect(reply.serverTime).toBeLessThanOrEqual(Date.now())
})

test('a gap comes whole and in order, the same as it went to those who were there', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'carol')
  const [ada, bob, carol] = clients
  for (const content of ['one', 'two']) await ada.request({ action: 'sendMessage', chatRoomId: room, content })
  await bob.messages(room, ['one', 'two'])
  await bob.close()
  for (const content of ['three', 'four']) await ada.request({ action: 'sendMessage', chatRoomId: room, content })
  await ada.request({ action: 'broadcastMessage', chatRoomId: room, content: 'five', clientMessageId: 'c5' })
  await carol.messages(room, ['three', 'four', 'five'])

  const back = await connect(chat, userIds[1])
  expect(await synced(back, room, 2)).toEqual({
    chatRoomId: room,
    roomName: 'A room',
    access: 'link',
    role: 'member',
    closed: false,
    headSeq: 5,
    recovered: true,
    events: carol.events.filter((event) => event.event === 'message' && event.seq > 2),
    headRev: 0,
    changesRecovered: true,
    changes: [],
    readEveryMs: 2_000,
  })
})

test('a client that has everything has recovered, with nothing', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await append(entities, room, 'ada', ['one', 'two'])
  expect(await synced(clients[0], room, 2)).toMatchObject({ headSeq: 2, recovered: true, events: [] })
})

test('a client has everything up to a newest message that is deleted, and need not ask for it again', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const [ada] = clients
  await append(entities, room, 'ada', ['one', 'two', 'three'])
  await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: entities.messageIdOf(3) })
  const head = { headSeq: 3, recovered: true }
  expect(await synced(ada, room, 1)).toMatchObject({ ...head, events: [{ content: 'two' }] })
  expect(await synced(ada, room, 2)).toMatchObject({ ...head, events: [] })
  const joinRoom = { action: 'joinRoom', chatRoomId: room, lastSeq: 2 } as const
  expect(await ada.request(joinRoom)).toMatchObject({ ...head, events: [] })
})

test('a room without a lastSeq is not recovered, unless nothing was ever said in it', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  expect(await synced(clients[0], room)).toMatchObject({ headSeq: 0, recovered: true, events: [] })
  await append(entities, room, 'ada', ['one'])
  expect(await synced(clients[0], room)).toMatchObject({ headSeq: 1, recovered: false, events: [] })
})

test('a lastSeq beyond the head is not recovered', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await append(entities, room, 'ada', ['one'])
  expect(await synced(clients[0], room, 2)).toMatchObject({ headSeq: 1, recovered: false, events: [] })
  expect(await synced(clients[0], room, Number.MAX_SAFE_INTEGER)).toMatchObject({ recovered: false, events: [] })
})

test('a gap of more messages than a reply allows is not recovered, and never in part', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await append(entities, room, 'ada', numbered(201))
  const whole = await synced(clients[0], room, 1)
  expect(whole).toMatchObject({ headSeq: 201, recovered: true })
  expect(whole!.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, i) => i + 2))
  expect(await synced(clients[0], room, 0)).toMatchObject({ headSeq: 201, recovered: false, events: [] })
})

test('a gap of more bytes than a reply allows is not recovered, and never in part', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await append(entities, room, 'ada', large(5))
  const whole = await synced(clients[0], room, 1)
  expect(whole).toMatchObject({ headSeq: 5, recovered: true })
  expect(whole!.events.map(({ seq }) => seq)).toEqual([2, 3, 4, 5])
  expect(await synced(clients[0], room, 0)).toMatchObject({ headSeq: 5, recovered: false, events: [] })
})

test('rooms share the bytes of the reply: each one is recovered whole or not at all', async () => {
  const ada = await online(chat, unique('ada'))
  const rooms = [1, 2, 3, 4].map(() => unique('room')).sort()
  for (const room of rooms) await ada.request({ action: 'createRoom', chatRoomId: room, roomName: 'A room' })
  for (const [i, room] of rooms.entries()) await append(entities, room, 'ada', i === 3 ? ['small'] : large(2))

  const reply = await ada.request({ action: 'sync', rooms: Object.fromEntries(rooms.map((room) => [room, 0])) })
  expect(reply.rooms.map(({ chatRoomId, recovered, events }) => [chatRoomId, recovered, events.length])).toEqual([
    [rooms[0], true, 2],
    [rooms[1], true, 2],
    [rooms[2], false, 0],
    [rooms[3], true, 1],
  ])
})

test('more than 50 rooms are paged, and every page’s rooms are subscribed and recovered', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const ada = await online(chat, adaId)
  const rooms = Array.from({ length: 53 }, (_, i) => `${unique('room')}-${i}`).sort()
  await Promise.all(
    rooms.map((chatRoomId) => ada.request({ action: 'createRoom', chatRoomId, roomName: 'A room', members: [bobId] })),
  )
  for (const room of [rooms[0]!, rooms[52]!]) {
    await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'missed' })
  }
  const bob = await connect(chat, bobId)
  const lastSeqs = { [rooms[0]!]: 0, [rooms[52]!]: 0 }
  const first = await bob.request({ action: 'sync', rooms: lastSeqs })
  expect(first.rooms.map(({ chatRoomId }) => chatRoomId)).toEqual(rooms.slice(0, 50))
  expect(first.rooms[0]).toMatchObject({ recovered: true, events: [{ content: 'missed' }] })
  expect(first.nextCursor).toEqual(expect.any(String))

  const second = await bob.request({ action: 'sync', rooms: lastSeqs, cursor: first.nextCursor })
  expect(second.rooms.map(({ chatRoomId }) => chatRoomId)).toEqual(rooms.slice(50))
  expect(second.rooms[2]).toMatchObject({ recovered: true, events: [{ content: 'missed' }] })
  expect(second).not.toHaveProperty('nextCursor')

  for (const room of [rooms[0]!, rooms[49]!, rooms[50]!, rooms[52]!]) {
    await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'live' })
    await bob.messages(room, ['live'])
  }
})

test('exactly 50 rooms are one page', async () => {
  const ada = await online(chat, unique('ada'))
  await Promise.all(
    Array.from({ length: 50 }, (_, i) => `${unique('room')}-${i}`).map((chatRoomId) =>
      ada.request({ action: 'createRoom', chatRoomId, roomName: 'A room' }),
    ),
  )
  const { rooms, nextCursor } = await ada.request({ action: 'sync' })
  expect(rooms).toHaveLength(50)
  expect(nextCursor).toBeUndefined()
})

test('a room that the user is not in is left out, whatever the client claims', async () => {
  const { room } = await givenRoom(chat, 'ada')
  await append(entities, room, 'ada', ['secret'])
  const eve = await connect(chat, unique('eve'))
  const { rooms } = await eve.request({ action: 'sync', rooms: { [room]: 0, [unique('none')]: 0 } })
  expect(rooms).toEqual([])
  await append(entities, room, 'ada', ['another secret'])
  await settled(chat)
  expect(eve.events).toEqual([])
})

test('a page starts where its cursor says, and a forged one opens no other room', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await givenRoom(chat, 'eve')
  const pageAfter = (id: string) =>
    clients[0].request({ action: 'sync', cursor: Buffer.from(id).toString('base64url') }).then(({ rooms }) => rooms)
  expect((await pageAfter('-')).map(({ chatRoomId }) => chatRoomId)).toEqual([room])
  expect(await pageAfter('z')).toEqual([])
})

test('whoever comes back while others write gets every message once, by the reply or live', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await bob.close()
  // As many as one user may send in a row where Terraform's limits hold: `npm run e2e` runs this test there.
  const contents = numbered(24)
  const returned: RawClient[] = []
  for (const [i, content] of contents.entries()) {
    const send = ada.request({ action: 'sendMessage', chatRoomId: room, content })
    if (i % 8 === 4) {
      const back = await connect(chat, userIds[1])
      await back.request({ action: 'sync', rooms: { [room]: 0 } })
      returned.push(back)
    }
    await send
  }
  await settled(chat)

  for (const back of returned) {
    const [reply] = back.frames.flatMap((frame) => (frame.type === 'reply' && frame.action === 'sync' ? [frame] : []))
    const gap = reply!.data.rooms.flatMap(({ events }) => events)
    const live = back.events.flatMap((event) => (event.event === 'message' ? [event] : []))
    const bySeq = new Map([...gap, ...live].map(({ seq, content }) => [seq, content]))
    expect(reply!.data.rooms[0]!.recovered).toBe(true)
    expect([...bySeq].sort(([a], [b]) => a - b).map(([, content]) => content)).toEqual(contents)
  }
})

test('a second sync on the same connection changes nothing for it', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await bob.request({ action: 'sync' })
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await bob.messages(room, ['hello'])
  await settled(chat)
  expect(bob.contents(room)).toEqual(['hello'])
})
