import { expect, test } from 'vitest'
import type { Discontinuity, Room } from '../../client/index.ts'
import type { Asked } from './fake-server.ts'
import { contentsOf, givenClient, givenJoinedRoom } from './given-client.ts'
import { settled } from './virtual-clock.ts'

test('a message that comes twice is delivered once', async () => {
  const { server, contents } = await givenJoinedRoom()
  const message = server.keep('general', 'one')
  server.socket.events(message, message)
  server.socket.events(message)
  expect(contents).toEqual(['one'])
})

test('messages out of order are held and delivered in the order of seq, and nothing is asked for', async () => {
  const { server, clock, contents } = await givenJoinedRoom()
  const [one, two, three] = ['one', 'two', 'three'].map((content) => server.keep('general', content)) as [
    object,
    object,
    object,
  ]
  server.socket.events(three as never)
  await clock.advance(400)
  server.socket.events(two as never)
  expect(contents).toEqual([])
  await clock.advance(99)
  server.socket.events(one as never)
  expect(contents).toEqual(['one', 'two', 'three'])
  await clock.advance(60_000)
  expect(server.asked('getHistory')).toHaveLength(0)
})

test('what is missing is asked for after half a second', async () => {
  const { server, clock, contents } = await givenJoinedRoom()
  server.keep('general', 'lost')
  server.socket.events(server.keep('general', 'two'))
  await clock.advance(499)
  expect(contents).toEqual([])
  await clock.advance(1)
  expect(contents).toEqual(['lost', 'two'])
  expect(server.asked('getHistory')).toMatchObject([{ chatRoomId: 'general', after: 0, before: 2 }])
})

test('a hole is final once history has answered without it, and is not asked for again', async () => {
  const { server, clock, contents } = await givenJoinedRoom()
  server.socket.events(server.keep('general', 'three', { seq: 3 }))
  await clock.advance(500)
  expect(contents).toEqual(['three'])
  server.socket.events(server.keep('general', 'four'))
  expect(contents).toEqual(['three', 'four'])
  server.socket.events(server.keep('general', 'too late', { seq: 2 }))
  await clock.advance(60_000)
  expect(contents).toEqual(['three', 'four'])
  expect(server.asked('getHistory')).toHaveLength(1)
})

test('each of two holes has its own wait', async () => {
  const { server, clock, contents } = await givenJoinedRoom()
  const [one, two, three, four] = ['1', '2', '3', '4'].map((content) => server.keep('general', content))
  server.socket.events(two!, four!)
  await clock.advance(400)
  server.socket.events(one!)
  await clock.advance(400)
  expect(server.asked('getHistory')).toHaveLength(0)
  server.socket.events(three!)
  expect(contents).toEqual(['1', '2', '3', '4'])
})

test('history that fails is asked again', async () => {
  const { server, clock, contents } = await givenJoinedRoom()
  server.override = ({ action }) =>
    action === 'getHistory' ? { error: { code: 'unavailable', retryable: true } } : undefined
  server.keep('general', 'lost')
  server.socket.events(server.keep('general', 'two'))
  await clock.advance(900)
  expect(contents).toEqual([])
  server.override = () => undefined
  await clock.advance(500)
  expect(contents).toEqual(['lost', 'two'])
})

test('history that is refused for a time is asked again after that time, and not before', async () => {
  const { server, clock, contents } = await givenJoinedRoom()
  server.override = ({ action }) =>
    action === 'getHistory' ? { error: { code: 'rate_limited', retryable: true, retryAfterMs: 8_000 } } : undefined
  server.keep('general', 'lost')
  server.socket.events(server.keep('general', 'two'))
  await clock.advance(600)
  expect(server.asked('getHistory')).toHaveLength(1)
  server.override = () => undefined
  await clock.advance(7_500)
  expect(server.asked('getHistory')).toHaveLength(1)
  await clock.advance(1_000)
  expect(contents).toEqual(['lost', 'two'])
})

test('a hole longer than a page is filled page by page', async () => {
  const { server, clock, contents } = await givenJoinedRoom()
  const all = Array.from({ length: 250 }, (_, i) => server.keep('general', `message ${i + 1}`).content)
  server.socket.events(server.keep('general', 'the last'))
  await clock.advance(500)
  expect(contents).toEqual([...all, 'the last'])
})

test('what was missed while away is in the next sync, which names the last seq, and recovered tells how much', async () => {
  const { server, clock, room, contents } = await givenJoinedRoom({}, ['one'])
  const recovered: unknown[] = []
  room.on('recovered', (event) => recovered.push(event))
  server.socket.events(server.keep('general', 'two'))
  server.socket.cut()
  server.keep('general', 'three')
  server.keep('general', 'four')
  await clock.advance(1_000)
  expect(server.socket.actions('sync')).toMatchObject([{ rooms: { general: 2 } }])
  expect(contents).toEqual(['two', 'three', 'four'])
  expect(recovered).toEqual([{ count: 2 }])
})

test('a gap too large for sync is filled by history, before recovered is reported', async () => {
  const { server, clock, room, contents } = await givenJoinedRoom()
  const told: string[] = []
  room.on('recovered', ({ count }) => told.push(`recovered ${count} after ${contents.length}`))
  room.on('discontinuity', () => told.push('discontinuity'))
  server.socket.cut()
  for (let i = 0; i < 250; i++) server.keep('general', `message ${i}`)
  await clock.advance(1_000)
  expect(contents).toEqual(server.room('general').map(({ content }) => content))
  expect(told).toEqual(['recovered 250 after 250'])
})

test('of a gap beyond recoverLimit the older part is passed over, which discontinuity tells in its place', async () => {
  const { server, clock, room } = await givenJoinedRoom({ recoverLimit: 3 }, ['one'])
  server.maxGap = 0
  const told: (number | Discontinuity | { count: number })[] = []
  room.on('message', ({ seq }) => told.push(seq))
  room.on('discontinuity', (event) => told.push(event))
  room.on('recovered', (event) => told.push(event))
  server.keep('general', 'lost')
  server.socket.events(server.keep('general', 'held for it'))
  server.socket.cut()
  for (let i = 0; i < 8; i++) server.keep('general', 'while away')
  await clock.advance(1_000)
  expect(told).toEqual([{ after: 1, before: 9 }, 9, 10, 11, { count: 3 }])
})

test('a room whose numbers start again, as after a restored backup, is told from there', async () => {
  const { server, clock, room, contents } = await givenJoinedRoom({}, ['1', '2', '3', '4'])
  const discontinuities: Discontinuity[] = []
  room.on('discontinuity', (event) => discontinuities.push(event))
  server.socket.cut()
  server.room('general').splice(2)
  await clock.advance(1_000)
  server.socket.events(server.keep('general', 'new'))
  expect(contents).toEqual(['new'])
  expect(discontinuities).toEqual([{ after: 4, before: 3 }])
})

test('events that overtake the answer to join are delivered after what it brings', async () => {
  const { client, server, clock } = givenClient()
  server.room('general')
  server.override = ({ action }) => (action === 'sync' ? undefined : 'nothing')
  await client.connect()
  server.rooms.delete('general')
  const other = client.room('other')
  const contents = contentsOf(other)
  const joined = other.join({ after: 0 })
  await settled()
  const [one, two] = [server.keep('other', 'one'), server.keep('other', 'two')]
  server.socket.events(two)
  const [{ requestId }] = server.asked('joinRoom') as [Asked]
  const data = { chatRoomId: 'other', roomName: 'Other', members: ['me'], headSeq: 1, recovered: true, events: [one] }
  server.socket.push({ type: 'reply', action: 'joinRoom', requestId, data })
  await joined
  await clock.advance(0)
  expect(contents).toEqual(['one', 'two'])
})

test('join begins with what is new, or after a given seq', async () => {
  const { client, server, contents } = await givenJoinedRoom({}, ['one', 'two'])
  expect(contents).toEqual([])
  expect(client.room('general').position).toBe(2)
  client.disconnect()

  const again = givenClient()
  again.server.rooms.set('general', server.room('general'))
  const kept = contentsOf(again.client.room('general'))
  const joined = again.client.room('general').join({ after: 1 })
  await again.client.connect()
  await joined
  expect(kept).toEqual(['two'])
})

test('a message whose number was given out before join was answered, and that was written after, is delivered', async () => {
  const { server, contents } = await givenJoinedRoom({}, ['one'])
  const [counted] = server.room('general')
  server.socket.events(counted!)
  server.socket.events(counted!)
  server.socket.events(server.keep('general', 'two'))
  expect(contents).toEqual(['one', 'two'])
})

test('this client’s own message takes its place in the order when the reply comes, and once', async () => {
  const { client, server, clock, room, contents } = await givenJoinedRoom()
  const theirs = server.keep('general', 'theirs')
  const mine = room.send({ content: 'mine' })
  await mine.done
  expect(contents).toEqual([])
  server.socket.events(theirs)
  expect(contents).toEqual(['theirs', 'mine'])
  const broadcast = await room.broadcast({ content: 'to all' }).done
  server.socket.events(server.room('general').find(({ seq }) => seq === broadcast.seq)!)
  await clock.advance(1_000)
  expect(contents).toEqual(['theirs', 'mine', 'to all'])
  expect(client.userId).toBe('me')
})

test('a listener that throws, or rejects, is reported and keeps no other from hearing', async () => {
  const { server, room, errors } = await givenJoinedRoom()
  const heard: string[] = []
  room.on('message', () => {
    throw new Error('thrown')
  })
  room.on('message', async () => {
    throw new Error('rejected')
  })
  room.on('message', ({ content }) => heard.push(content))
  server.socket.events(server.keep('general', 'one'), server.keep('general', 'two'))
  await settled()
  expect(heard).toEqual(['one', 'two'])
  expect(errors.map((error) => (error as Error).message).sort()).toEqual(['rejected', 'rejected', 'thrown', 'thrown'])
})

test('on returns what ends the listening', async () => {
  const { server, room } = await givenJoinedRoom()
  const heard: number[] = []
  const stop = room.on('message', ({ seq }) => heard.push(seq))
  server.socket.events(server.keep('general', 'one'))
  stop()
  server.socket.events(server.keep('general', 'two'))
  expect(heard).toEqual([1])
})

test('once hears the next event only, or none when it was ended before', async () => {
  const { server, room, client } = await givenJoinedRoom()
  const heard: string[] = []
  room.once('message', ({ content }) => heard.push(`room ${content}`))
  client.once('message', ({ message }) => heard.push(`client ${message.content}`))
  room.once('message', () => heard.push('ended'))()
  server.socket.events(server.keep('general', 'one'), server.keep('general', 'two'))
  expect(heard.sort()).toEqual(['client one', 'room one'])
})

test('the client tells of the messages of all rooms, in each room’s order', async () => {
  const { server, room, client } = await givenJoinedRoom()
  const heard: [Room, string][] = []
  client.on('message', ({ room, message }) => heard.push([room, message.content]))
  const other = client.room('other')
  server.rooms.set('other', [])
  await other.join()
  server.socket.events(server.keep('general', 'one'), server.keep('other', 'uno'), server.keep('general', 'two'))
  expect(heard).toEqual([
    [room, 'one'],
    [other, 'uno'],
    [room, 'two'],
  ])
  expect(room.lastMessage).toMatchObject({ content: 'two' })
  expect([room.kind, client.room('dm:x').kind]).toEqual(['group', 'direct'])
})

test('a listener of updated sees that the room is joined', async () => {
  const { server, client } = await givenJoinedRoom()
  server.room('other')
  const room = client.room('other')
  const seen: boolean[] = []
  room.on('updated', () => seen.push(room.joined))
  await room.join()
  expect(seen).toEqual([true])
})

test('for await takes every message in order, and ends when the room is left', async () => {
  const { server, room } = await givenJoinedRoom()
  const taken: string[] = []
  const loop = (async () => {
    for await (const { content } of room) taken.push(content)
  })()
  const [one, two] = [server.keep('general', 'one'), server.keep('general', 'two')]
  server.socket.events(two, one)
  await settled()
  expect(taken).toEqual(['one', 'two'])
  await room.leave()
  await loop
  expect(taken).toEqual(['one', 'two'])
})

test('a loop that is broken out of takes nothing more, and another goes on', async () => {
  const { server, room } = await givenJoinedRoom()
  const all: string[] = []
  const other = (async () => {
    for await (const { content } of room) if (all.push(content) === 2) return
  })()
  const first = (async () => {
    for await (const { content } of room) return content
    return undefined
  })()
  await settled()
  server.socket.events(server.keep('general', 'one'), server.keep('general', 'two'))
  expect(await first).toBe('one')
  await other
  expect(all).toEqual(['one', 'two'])
})

test('disconnect ends the loops', async () => {
  const { client, room } = await givenJoinedRoom()
  const loop = (async () => {
    for await (const _ of room) throw new Error('there is no message')
  })()
  await settled()
  client.disconnect()
  await loop
})

test('rooms that the user is in already are there after connecting, and added ones are told of', async () => {
  const { client, server, clock } = givenClient()
  server.keep('a', 'old')
  server.room('b')
  const added: string[] = []
  client.on('roomAdded', ({ id }) => added.push(id))
  await client.connect()
  expect(client.rooms.map(({ id, name }) => [id, name])).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ])
  const contents = contentsOf(client.room('c'))
  server.keep('c', 'first')
  server.socket.events({ event: 'roomAdded', chatRoomId: 'c', roomName: 'The new one', headSeq: 1 })
  expect(added).toEqual(['a', 'b', 'c'])
  expect(client.room('c').name).toBe('The new one')
  await clock.advance(500)
  expect(contents).toEqual(['first'])
  server.socket.cut()
  await clock.advance(1_000)
  expect(server.socket.actions('sync')).toMatchObject([{ rooms: { a: 1, b: 0, c: 1 } }])
  expect(added).toHaveLength(3)
})

test('a room that sync no longer names was left elsewhere: the user is told, and its late events are dropped', async () => {
  const { client, server, clock, room, contents } = await givenJoinedRoom()
  const left: string[] = []
  room.on('memberLeft', ({ userId }) => left.push(userId))
  const late = server.keep('general', 'late')
  server.rooms.delete('general')
  server.socket.cut()
  await clock.advance(1_000)
  expect(left).toEqual(['me'])
  expect(room.joined).toBe(false)
  expect(client.rooms).toEqual([])
  server.socket.events(late)
  expect(contents).toEqual([])
})

test('sync is paged, and never claims more rooms than fit into a frame of 32 KB', async () => {
  const { client, server, clock } = givenClient()
  const ids = Array.from({ length: 600 }, (_, i) => `room-${String(i).padStart(3, '0')}-${'x'.repeat(50)}`)
  for (const id of ids) server.room(id)
  let largest = 0
  server.override = (frame) => {
    if (frame.action !== 'sync') return undefined
    largest = Math.max(largest, JSON.stringify(frame).length)
    const from = Number(frame.cursor ?? 0)
    const rooms = ids.slice(from, from + 50).map((chatRoomId) => {
      const claimed = Object.hasOwn(frame.rooms ?? {}, chatRoomId)
      return { chatRoomId, roomName: 'A room', headSeq: 0, recovered: claimed, events: [] }
    })
    const data = { serverTime: 0, userId: 'me', limits: { connectionLifetimeMs: 7_200_000 }, rooms }
    return { data: from + 50 < ids.length ? { ...data, nextCursor: String(from + 50) } : data }
  }
  await client.connect()
  expect(client.rooms).toHaveLength(600)
  const before = server.asked('sync').length
  server.socket.cut()
  await clock.advance(1_000)
  expect(client.status).toBe('connected')
  expect(client.rooms).toHaveLength(600)
  expect(server.asked('sync').length - before).toBe(12)
  const claims = server.socket.actions('sync').flatMap(({ rooms }) => Object.keys(rooms as object))
  expect(new Set(claims)).toHaveLength(600)
  expect(largest).toBeLessThan(32_768)
})

test('a message that never came, and that nothing followed, is found within 10 minutes', async () => {
  const { server, clock, contents } = await givenJoinedRoom()
  server.keep('general', 'lost')
  await clock.advance(599_999)
  expect(server.asked('listRooms')).toHaveLength(0)
  await clock.advance(1 + 500)
  expect(contents).toEqual(['lost'])
  await clock.advance(600_000)
  expect(server.asked('listRooms')).toHaveLength(2)
  expect(server.asked('getHistory')).toHaveLength(1)
})

test('rooms are compared page by page, and only while connected', async () => {
  const { server, clock, client, contents } = await givenJoinedRoom()
  server.override = ({ action, cursor }) => {
    if (action !== 'listRooms') return undefined
    const rooms = [{ chatRoomId: cursor === undefined ? 'another' : 'general', headSeq: 1 }]
    return { data: { rooms, ...(cursor === undefined ? { nextCursor: 'more' } : {}) } }
  }
  server.keep('general', 'lost')
  await clock.advance(600_500)
  expect(server.asked('listRooms').map(({ cursor }) => cursor)).toEqual([undefined, 'more'])
  expect(contents).toEqual(['lost'])
  client.disconnect()
  await clock.advance(3_600_000)
  expect(server.asked('listRooms')).toHaveLength(2)
})

test('a comparison that is refused is made again 10 minutes later', async () => {
  const { server, clock, contents, errors } = await givenJoinedRoom()
  let refused = 1
  server.override = ({ action }) =>
    action === 'listRooms' && refused-- > 0 ? { error: { code: 'internal', retryable: true } } : undefined
  server.keep('general', 'lost')
  await clock.advance(600_500)
  expect(contents).toEqual([])
  await clock.advance(600_500)
  expect(contents).toEqual(['lost'])
  expect(errors).toEqual([])
})

/** Makes this user leave `general` on another connection. The server knows it, but no event arrives here. */
function leftElsewhere({ server }: Pick<Awaited<ReturnType<typeof givenJoinedRoom>>, 'server'>): void {
  server.rooms.delete('general')
  server.override = ({ action, chatRoomId }) =>
    chatRoomId === 'general' && action !== 'getRoom' ? { error: { code: 'not_a_member', retryable: false } } : undefined
}

test.each([
  ['a message', (room: Room) => void room.send({ content: 'hello?' })],
  ['history', (room: Room) => void room.history().catch(() => {})],
  ['typing', (room: Room) => room.typing.keystroke()],
])('a room that was left on another connection is given up once %s is refused', async (_, ask) => {
  const given = await givenJoinedRoom()
  const { room, client } = given
  const left: string[] = []
  room.on('memberLeft', ({ userId }) => left.push(userId))
  const loop = room[Symbol.asyncIterator]().next()
  leftElsewhere(given)
  ask(room)
  expect(await loop).toEqual({ done: true, value: undefined })
  expect(left).toEqual(['me'])
  expect(room.joined).toBe(false)
  expect(client.rooms).toEqual([])
})

test('a room that was left on another connection is given up within 10 minutes', async () => {
  const given = await givenJoinedRoom()
  leftElsewhere(given)
  await given.clock.advance(600_000)
  expect(given.room.joined).toBe(false)
})

test('a room is not given up for a refusal, or a list, that is older than its join', async () => {
  const { server, clock, room, contents } = await givenJoinedRoom()
  server.override = ({ action }) => {
    if (action === 'sendMessage') return { error: { code: 'not_a_member', retryable: false } }
    return action === 'listRooms' ? { data: { rooms: [] } } : undefined
  }
  await expect(room.send({ content: 'hello?' }).done).rejects.toMatchObject({
    code: 'not_a_member',
    message: 'refused by the fake server',
  })
  await clock.advance(600_000)
  expect(server.asked('getRoom')).toHaveLength(2)
  expect(room.joined).toBe(true)
  server.socket.events(server.keep('general', 'one'))
  expect(contents).toEqual(['one'])
})

test.each([
  ['where it was left', 3, ['one', 'two', 'three']],
  ['its beginning, when it is not the room that it was', 1, ['one', 'two', 'anew']],
])('a room that this user is put into again is told from %s', async (_, headSeq, expected) => {
  const { server, clock, room, contents } = await givenJoinedRoom()
  server.socket.events(server.keep('general', 'one'), server.keep('general', 'two'))
  await room.leave()
  if (headSeq === 1) server.rooms.delete('general')
  server.keep('general', expected[2]!)
  server.socket.events({ event: 'roomAdded', chatRoomId: 'general', roomName: 'General', headSeq })
  await clock.advance(500)
  expect(contents).toEqual(expected)
})
