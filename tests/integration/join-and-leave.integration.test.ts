import { expect, test } from 'vitest'
import type { MessageEvent } from '../../src/protocol/events.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { append, entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { subscriptionItemsOf } from '../support/table-scan.ts'
import { validFrames } from '../support/valid-frames.ts'

const chat = await useChat()
const entities = await entitiesOf(chat)

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `message ${i + 1}`)

test('whoever joins gets the room, its members and what was missed, and hears what follows', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada')
  await append(entities, room, userIds[0], ['one', 'two', 'three'])
  const bobId = unique('bob')
  const bob = await online(chat, bobId)

  const joined = await bob.request({ action: 'joinRoom', chatRoomId: room, lastSeq: 1 })
  expect(joined).toMatchObject({
    chatRoomId: room,
    roomName: 'A room',
    members: [userIds[0], bobId].sort(),
    headSeq: 3,
    recovered: true,
    events: [
      { event: 'message', seq: 2, content: 'two' },
      { event: 'message', seq: 3, content: 'three' },
    ],
  })
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'four' })
  await bob.messages(room, ['four'])
  await bob.request({ action: 'sendMessage', chatRoomId: room, content: 'five' })
  await clients[0].messages(room, ['five'])
})

test('joining without a lastSeq is not recovered when something was said, and is when nothing was', async () => {
  const { room } = await givenRoom(chat, 'ada')
  const bob = await online(chat, unique('bob'))
  const joinRoom = { action: 'joinRoom', chatRoomId: room } as const
  expect(await bob.request(joinRoom)).toMatchObject({ headSeq: 0, recovered: true, events: [] })
  await append(entities, room, 'ada', ['one'])
  expect(await bob.request(joinRoom)).toMatchObject({ headSeq: 1, recovered: false, events: [] })
})

test('a joining gap larger than the reply, and a lastSeq beyond the head, are not recovered', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await append(
    entities,
    room,
    'ada',
    Array.from({ length: 5 }, () => 'x'.repeat(16_000)),
  )
  const join = (lastSeq: number) => clients[0].request({ action: 'joinRoom', chatRoomId: room, lastSeq })
  expect(await join(0)).toMatchObject({ headSeq: 5, recovered: false, events: [] })
  expect(await join(6)).toMatchObject({ headSeq: 5, recovered: false, events: [] })
  expect((await join(1)).events.map(({ seq }) => seq)).toEqual([2, 3, 4, 5])
})

test('the others are told once who joined, and joining again tells nobody', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const bobId = unique('bob')
  const bob = await online(chat, bobId)
  await bob.request({ action: 'joinRoom', chatRoomId: room })
  const again = await bob.request({ action: 'joinRoom', chatRoomId: room })
  expect(again.members).toHaveLength(2)
  await settled(chat)
  expect(clients[0].events).toEqual([
    { event: 'memberJoined', chatRoomId: room, userId: bobId, timestamp: expect.any(Number) as number },
  ])
  expect(bob.events).toEqual([])
})

test('a user’s other connections are subscribed by a join, and told of the room', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const bobId = unique('bob')
  const [bob, elsewhere] = await Promise.all([online(chat, bobId), online(chat, bobId)])
  await bob.request({ action: 'joinRoom', chatRoomId: room })
  await elsewhere.event('roomAdded', ({ chatRoomId }) => chatRoomId === room)
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await Promise.all([bob, elsewhere].map((client) => client.messages(room, ['hello'])))
})

test('a room that does not exist cannot be joined', async () => {
  const ada = await online(chat, unique('ada'))
  for (const chatRoomId of [unique('none'), 'dm:none']) {
    expect(await ada.refused({ action: 'joinRoom', chatRoomId })).toMatchObject({
      code: 'room_not_found',
      message: 'unable to join; there is no such room',
      retryable: false,
    })
  }
})

test('the direct room of two others does not exist for a third, and its two may join it', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob, eve] = await Promise.all([adaId, bobId, unique('eve')].map((userId) => online(chat, userId)))
  const { chatRoomId } = await ada!.request({ action: 'sendMessage', recipientId: bobId, content: 'hello' })
  const answers = await Promise.all(
    [chatRoomId, 'dm:none'].map((id) => eve!.refused({ action: 'joinRoom', chatRoomId: id })),
  )
  expect(answers[0]!.code).toBe('room_not_found')
  expect(answers[1]).toEqual(answers[0])
  expect(await bob!.request({ action: 'joinRoom', chatRoomId, lastSeq: 0 })).toMatchObject({
    members: [adaId, bobId].sort(),
    recovered: true,
    events: [{ content: 'hello' }],
  })
})

test('after leaving, none of the user’s connections gets an event of the room; the others hear who left', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
  const [ada, bob, elsewhere] = clients
  expect(await bob.request({ action: 'leaveRoom', chatRoomId: room })).toEqual({ chatRoomId: room })
  const heard = [bob, elsewhere].map((client) => client.events.length)

  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await ada.request({ action: 'broadcastMessage', chatRoomId: room, content: 'everybody' })
  await ada.request({ action: 'typingIndicator', chatRoomId: room })
  await ada.event('memberLeft')
  await settled(chat)

  expect([bob, elsewhere].map((client) => client.events.length)).toEqual(heard)
  expect(ada.events.filter(({ event }) => event === 'memberLeft')).toEqual([
    { event: 'memberLeft', chatRoomId: room, userId: userIds[1], timestamp: expect.any(Number) as number },
  ])
  const subscribed = (await subscriptionItemsOf(chat)).filter((item) => item.pk === `subscriptions#${room}`)
  expect(subscribed.map((item) => item.UserId)).toEqual([userIds[0]])
})

test('a connection that subscribed after the others is unsubscribed by a leave as well', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const late = await online(chat, userIds[1])
  await clients[1].request({ action: 'leaveRoom', chatRoomId: room })
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await settled(chat)
  expect(late.contents(room)).toEqual([])
})

test('whoever has left is not a member, on every connection and for every action but joinRoom', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob')
  await clients[1].request({ action: 'leaveRoom', chatRoomId: room })
  const frames = validFrames(room)
  for (const client of clients.slice(1)) {
    for (const action of [
      'leaveRoom',
      'getRoom',
      'sendMessage',
      'broadcastMessage',
      'typingIndicator',
      'getHistory',
    ] as const) {
      expect((await client.refused(frames[action])).code).toBe('not_a_member')
    }
    expect((await client.request({ action: 'sync', rooms: { [room]: 0 } })).rooms).toEqual([])
    expect((await client.request({ action: 'listRooms' })).rooms).toEqual([])
  }
  expect((await clients[0].request({ action: 'getRoom', chatRoomId: room })).members).toHaveLength(1)
})

test('whoever comes back hears the room again, on every connection, and gets what was said meanwhile', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
  const [ada, bob, elsewhere] = clients
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'before' })
  await bob.request({ action: 'leaveRoom', chatRoomId: room })
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'meanwhile' })
  await settled(chat)
  const joined = await bob.request({ action: 'joinRoom', chatRoomId: room, lastSeq: 1 })
  expect(joined.events.map(({ content }) => content)).toEqual(['meanwhile'])
  await elsewhere.until(() => elsewhere.events.filter(({ event }) => event === 'roomAdded')[1])
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'after' })
  await Promise.all([bob, elsewhere].map((client) => client.messages(room, ['after'])))
  expect(ada.events.flatMap((event) => ('userId' in event ? [[event.event, event.userId]] : []))).toEqual([
    ['memberLeft', userIds[1]],
    ['memberJoined', userIds[1]],
  ])
})

test('leaving and coming back in quick turns ends subscribed, on every connection', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob')
  const [ada, bob, elsewhere] = clients
  for (let turn = 0; turn < 8; turn++) {
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    await bob.request({ action: 'joinRoom', chatRoomId: room })
  }
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'at once' })
  await bob.messages(room, ['at once'])
  await settled(chat)
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'later' })
  await Promise.all([bob, elsewhere].map((client) => client.messages(room, ['later'])))
})

test('coming back and leaving in quick turns ends in silence, on every connection', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob')
  const [ada, bob, elsewhere] = clients
  for (let turn = 0; turn < 8; turn++) {
    await bob.request({ action: 'joinRoom', chatRoomId: room })
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
  }
  await settled(chat)
  const heard = [bob, elsewhere].map((client) => client.events.length)
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await settled(chat)
  expect([bob, elsewhere].map((client) => client.events.length)).toEqual(heard)
})

test('users join and leave a group while it talks: each hears all of its own time, and those who stay hear all', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const contents = numbered(30)
  const visits: { joinedSeq: number; leftSeq: number; visitor: RawClient; gap: MessageEvent[] }[] = []
  for (const [i, content] of contents.entries()) {
    const send = ada.request({ action: 'sendMessage', chatRoomId: room, content })
    if (i % 10 === 3) {
      const visitor = await online(chat, unique('visitor'))
      const joined = await visitor.request({ action: 'joinRoom', chatRoomId: room, lastSeq: 0 })
      const toVisitor = await Promise.all(
        [1, 2, 3].map((n) => bob.request({ action: 'sendMessage', chatRoomId: room, content: `${i}.${n}` })),
      )
      await settled(chat)
      await visitor.request({ action: 'leaveRoom', chatRoomId: room })
      const { seq } = await bob.request({ action: 'sendMessage', chatRoomId: room, content: `without ${i}` })
      const joinedSeq = Math.max(...toVisitor.map((sent) => sent.seq))
      visits.push({ joinedSeq, leftSeq: seq, visitor, gap: joined.events })
    }
    await send
  }
  await settled(chat)

  expect(bob.contents(room).sort()).toEqual([...contents].sort())
  expect(visits).toHaveLength(3)
  for (const { joinedSeq, leftSeq, visitor, gap } of visits) {
    const live = visitor.events.flatMap((event) => (event.event === 'message' ? [event] : []))
    const heard = new Set([...gap, ...live].map(({ seq }) => seq))
    expect(Array.from({ length: joinedSeq }, (_, i) => i + 1).filter((seq) => !heard.has(seq))).toEqual([])
    expect([...heard].filter((seq) => seq >= leftSeq)).toEqual([])
  }
  const told = ada.events.map(({ event }) => event).filter((event) => event !== 'message')
  expect(told).toEqual([1, 2, 3].flatMap(() => ['memberJoined', 'memberLeft']))
})

test('leaving a room that one is not in, or that does not exist, is refused alike', async () => {
  const { room } = await givenRoom(chat, 'ada')
  const eve = await connect(chat, unique('eve'))
  const answers = await Promise.all(
    [room, unique('none')].map((chatRoomId) => eve.refused({ action: 'leaveRoom', chatRoomId })),
  )
  expect(answers[0]!.code).toBe('not_a_member')
  expect(answers[1]).toEqual(answers[0])
})

test('a room whose last member has left can be joined again, with its history', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await clients[0].request({ action: 'leaveRoom', chatRoomId: room })
  expect(await clients[0].request({ action: 'joinRoom', chatRoomId: room, lastSeq: 0 })).toMatchObject({
    headSeq: 1,
    recovered: true,
    events: [{ content: 'hello' }],
  })
})
