import { expect, test } from 'vitest'
import type { ChatClient, Removal, Room, UnsentMessage } from '../../client/index.ts'
import { givenClient, givenJoinedRoom } from './given-client.ts'
import { factsOf } from './given-details.ts'
import { settled } from './virtual-clock.ts'

const removed = { event: 'removed', chatRoomId: 'general', reason: 'kicked' }
const added = { event: 'roomAdded', chatRoomId: 'general', roomName: 'general', headSeq: 0 }

/** Collects what the room and the client emit about removals. */
function removals({ room, client }: { room: Room; client: ChatClient }) {
  const heard: { room: Removal[]; client: [string, string][]; left: string[] } = { room: [], client: [], left: [] }
  room.on('removed', (removal) => heard.room.push(removal))
  client.on('removed', ({ room: { id }, reason }) => heard.client.push([id, reason]))
  room.on('memberLeft', ({ userId }) => heard.left.push(userId))
  return heard
}

test('who is shown out is told so by the room and by the client, once, with reason, note and end', async () => {
  const given = await givenJoinedRoom()
  const { client, clock, room, server } = given
  const heard = removals(given)
  const until = clock.now() + 60_000
  const event = { ...removed, reason: 'banned', note: 'spam', until }
  server.socket.events(event, event)
  expect(heard).toEqual({
    room: [{ reason: 'banned', note: 'spam', until }],
    client: [['general', 'banned']],
    left: [],
  })
  expect([room.joined, client.rooms]).toEqual([false, []])
  server.socket.events(event)
  expect(heard.room).toHaveLength(1)
})

test('what the room had, its role and details among it, is forgotten; its name stays', async () => {
  const { server, client } = givenClient()
  server.room('general')
  server.facts.set('general', { ...factsOf('private', 'owner'), closed: false })
  await client.connect()
  const room = client.room('general')
  await room.join()
  expect([room.role, room.access, room.details?.memberCount]).toEqual(['owner', 'private', 2])
  server.socket.events(removed)
  expect([room.name, room.role, room.access, room.details, room.can('read')]).toEqual([
    ...['general', undefined, undefined, undefined, false],
  ])
})

test.each([
  [{ reason: 'kicked' }, 'not_a_member', 'unable to go on; this user is in the room no more: kicked', undefined],
  [
    { reason: 'roomDeleted' },
    'not_a_member',
    'unable to go on; this user is in the room no more: roomDeleted',
    undefined,
  ],
  [{ reason: 'banned' }, 'banned', 'unable to go on; this user was banned from the room', undefined],
  [
    { reason: 'banned', until: 1_767_225_660_000 },
    'banned',
    'unable to go on; this user was banned from the room',
    60_000,
  ],
])('%o fails what waits to be sent and uploads with %s', async (more, code, message, retryAfterMs) => {
  const { room, server } = await givenJoinedRoom({ postForm: () => new Promise(() => {}) })
  const form = { uploadId: 'u', method: 'POST', url: 'https://bucket', fields: {}, expiresAt: 0, maxBytes: 1 }
  server.override = ({ action }) =>
    action === 'sendMessage' ? 'nothing' : action === 'handleFileUpload' ? { data: form } : undefined
  const messages = ['one', 'two'].map((content) => room.send({ content }))
  const upload = expect(room.upload(new Blob(['x'], { type: 'text/plain' }))).rejects.toMatchObject({ code, message })
  await settled()
  server.socket.events({ ...removed, ...more })
  for (const { done } of messages) await expect(done).rejects.toMatchObject({ code, message, retryAfterMs })
  await upload
  expect(room.unsent).toEqual([])
  expect(server.asked('sendMessage')).toHaveLength(1)
})

test('the outbox store forgets the room’s messages, those that had failed before too, and keeps others’', async () => {
  let kept: UnsentMessage[] = []
  const outbox = { load: () => [], save: (messages: UnsentMessage[]) => void (kept = messages) }
  const { client, room, server } = await givenJoinedRoom({ outbox })
  server.override = ({ content }) =>
    content === 'refused'
      ? { error: { code: 'too_large', retryable: false } }
      : content === undefined
        ? undefined
        : 'nothing'
  await room.send({ content: 'refused' }).done.catch(() => {})
  room.send({ content: 'waits' })
  client.room('other').send({ content: 'elsewhere' })
  await settled()
  expect(kept.map(({ content }) => content)).toEqual(['refused', 'waits', 'elsewhere'])
  server.socket.events(removed)
  await settled()
  expect(kept.map(({ content }) => content)).toEqual(['elsewhere'])
})

test('an answer that comes after it changes nothing: the message has failed', async () => {
  const { room, server, contents, errors } = await givenJoinedRoom()
  server.override = ({ action }) => (action === 'sendMessage' ? 'nothing' : undefined)
  const message = room.send({ content: 'hello' })
  server.socket.events(removed)
  const [asked] = server.asked('sendMessage')
  server.override = () => undefined
  server.socket.push({ type: 'reply', ...asked, ...(server.answer(asked!, server.socket) as object) })
  await settled()
  expect([message.state, contents, errors]).toEqual(['failed', [], []])
})

test('complaint 17: late events of the room are dropped until roomAdded, which names who added', async () => {
  const given = await givenJoinedRoom()
  const { client, clock, room, server, contents } = given
  const typing: string[][] = []
  room.on('typing', (userIds) => typing.push(userIds))
  server.socket.events(removed)
  const isTyping = { event: 'typing', chatRoomId: 'general', userId: 'bob', isTyping: true, expiresAt: 1e15 }
  server.socket.events(server.keep('general', 'late'), isTyping)
  expect([room.joined, contents, typing]).toEqual([false, [], []])
  const rooms: Room[] = []
  client.on('roomAdded', (one) => rooms.push(one))
  server.socket.events({ ...added, headSeq: 1, access: 'private', role: 'moderator', by: 'bob' })
  expect([rooms, room.joined, room.access, room.role, room.addedBy]).toEqual([
    ...[[room], true, 'private', 'moderator', 'bob'],
  ])
  server.socket.events(server.keep('general', 'new'))
  await clock.advance(1_000)
  expect(contents).toEqual(['late', 'new'])
})

test('… or an own join', async () => {
  const { room, server, contents } = await givenJoinedRoom()
  server.socket.events(removed)
  await room.join()
  server.socket.events(server.keep('general', 'new'))
  expect([room.joined, contents]).toEqual([true, ['new']])
})

test('a join that is refused lets no late event in', async () => {
  const { room, server } = await givenJoinedRoom()
  server.socket.events(removed)
  server.rooms.delete('general')
  await expect(room.join()).rejects.toMatchObject({ code: 'room_not_found', message: 'refused by the fake server' })
  const typing: string[][] = []
  room.on('typing', (userIds) => typing.push(userIds))
  server.socket.events({ event: 'typing', chatRoomId: 'general', userId: 'bob', isTyping: true, expiresAt: 1e15 })
  expect(typing).toEqual([])
})

test('a roomAdded that was late is found out: the server is asked', async () => {
  const { room, server } = await givenJoinedRoom()
  server.rooms.delete('general')
  server.socket.events(removed, added)
  await settled()
  expect([room.joined, server.asked('getRoom').length]).toEqual([false, 1])
})

test('a removed that comes again, after the user is back, shows nobody out for long', async () => {
  const { client, room, server } = await givenJoinedRoom()
  server.socket.events(removed, added)
  await settled()
  const rooms: Room[] = []
  client.on('roomAdded', (one) => rooms.push(one))
  server.socket.events(removed)
  await settled()
  expect([room.joined, rooms]).toEqual([true, [room]])
})

test('a removed that is overtaken by the roomAdded after it shows nobody out for long', async () => {
  const { client, room, server } = await givenJoinedRoom()
  const rooms: Room[] = []
  client.on('roomAdded', (one) => rooms.push(one))
  server.socket.events(added, removed)
  await settled()
  expect([room.joined, rooms]).toEqual([true, [room]])
})

test('a removal that nothing contradicts asks nothing, so that the end of a large room is no storm', async () => {
  const { room, server } = await givenJoinedRoom()
  server.socket.events(removed)
  await settled()
  expect([room.joined, server.asked('getRoom').length]).toEqual([false, 0])
})

test.each([
  ['is out', false],
  ['is in again', true],
])(
  'a sync whose reply is older than the removal doesn’t bring the room back; the server says who %s',
  async (_, isIn) => {
    const { client, clock, room, server } = await givenJoinedRoom()
    server.override = ({ action }) => (action === 'sync' ? 'nothing' : undefined)
    server.socket.cut()
    await clock.advance(1_000)
    const [asked] = server.socket.actions('sync')
    server.override = () => undefined
    const reply = server.answer(asked!, server.socket) as object
    const rooms: Room[] = []
    client.on('roomAdded', (one) => rooms.push(one))
    server.socket.events(removed)
    if (!isIn) server.rooms.delete('general')
    server.socket.push({ type: 'reply', ...asked, ...reply })
    expect(room.joined).toBe(false)
    await settled()
    expect([client.status, room.joined, rooms.length]).toEqual(['connected', isIn, isIn ? 1 : 0])
  },
)

test('a join whose reply is older than the removal is checked', async () => {
  const { room, server } = await givenJoinedRoom()
  server.override = ({ action }) => (action === 'joinRoom' ? 'nothing' : undefined)
  const joined = room.join()
  await settled()
  const [, asked] = server.asked('joinRoom')
  server.override = () => undefined
  const reply = server.answer(asked!, server.socket) as object
  server.rooms.delete('general')
  server.socket.events(removed)
  server.socket.push({ type: 'reply', ...asked, ...reply })
  await joined
  await settled()
  expect(room.joined).toBe(false)
})

test('loops over the room’s messages end', async () => {
  const { room, server } = await givenJoinedRoom()
  const loop = room[Symbol.asyncIterator]()
  server.socket.events(removed)
  expect(await loop.next()).toEqual({ done: true, value: undefined })
})
