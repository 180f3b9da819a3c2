import { expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
const entities = await entitiesOf(chat)

/** Writes the row of a user whose typing was announced at this moment. */
const told = (chatRoomId: string, userId: string, at: number) =>
  entities.setTyping({ chatRoomId, userId, isTyping: true, toldAt: at, until: at + 10_000 }, undefined, at)

const typingSeenBy = (client: RawClient) => client.events.filter(({ event }) => event === 'typing')

test('typing reaches every connection of the other members, and none of the typing user’s', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'ada', 'bob', 'bob', 'carol')
  const before = Date.now()
  const { expiresAt } = await clients[0].request({ action: 'typingIndicator', chatRoomId: room })
  const after = Date.now()
  await Promise.all(clients.slice(2).map((client) => client.event('typing')))
  await settled(chat)

  expect(expiresAt).toBeGreaterThanOrEqual(before + 10_000)
  expect(expiresAt).toBeLessThanOrEqual(after + 10_000)
  const typing = { event: 'typing', chatRoomId: room, userId: userIds[0], isTyping: true, expiresAt }
  expect(clients.map(typingSeenBy)).toEqual([[], [], [typing], [typing], [typing]])
})

test('a repeat within 5 s is answered with the same expiresAt and told to nobody', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'ada', 'bob')
  const [ada, elsewhere, bob] = clients
  const frame = { action: 'typingIndicator', chatRoomId: room } as const
  const first = await ada.request(frame)
  expect(await ada.request({ ...frame, isTyping: true })).toEqual(first)
  expect(await elsewhere.request(frame)).toEqual(first)
  await settled(chat)
  expect(typingSeenBy(bob)).toHaveLength(1)
})

test('a repeat after 5 s is told again, with a later expiresAt', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const earlier = await told(room, userIds[0], Date.now() - 5_000)
  const { expiresAt } = await clients[0].request({ action: 'typingIndicator', chatRoomId: room })
  expect(expiresAt).toBeGreaterThanOrEqual(earlier + 5_000)
  await clients[1].event('typing', (event) => event.expiresAt === expiresAt)
})

test('a repeat after 4 s is not', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const earlier = await told(room, userIds[0], Date.now() - 4_000)
  expect(await clients[0].request({ action: 'typingIndicator', chatRoomId: room })).toEqual({ expiresAt: earlier })
})

test('the end of typing is told at once, and only after a beginning', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const frame = { action: 'typingIndicator', chatRoomId: room } as const
  for (const isTyping of [false, true, false, false]) await clients[0].request({ ...frame, isTyping })
  await settled(chat)
  expect(typingSeenBy(clients[1])).toMatchObject([{ isTyping: true }, { isTyping: false }])
})

test('a beginning within 3 s after another one is told to nobody, whatever ended in between', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'ada', 'bob')
  const [ada, elsewhere, bob] = clients
  const frame = { action: 'typingIndicator', chatRoomId: room } as const
  const toggles = Array.from({ length: 100 }, (_, i) => ({ ...frame, isTyping: i % 2 === 0 }))
  await Promise.all(toggles.map((toggle, i) => [ada, elsewhere][i % 2]!.request(toggle)))
  await settled(chat)
  const seen = typingSeenBy(bob)
  expect(seen.filter((event) => event.event === 'typing' && event.isTyping)).toHaveLength(1)
  expect(seen.length).toBeLessThanOrEqual(2)
})

test('typing that ended and begins again after 3 s is told again', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  await told(room, userIds[0], Date.now() - 3_000)
  const frame = { action: 'typingIndicator', chatRoomId: room } as const
  for (const isTyping of [false, true]) await clients[0].request({ ...frame, isTyping })
  await clients[1].event('typing', ({ isTyping }) => isTyping && true)
  await settled(chat)
  expect(typingSeenBy(clients[1])).toMatchObject([{ isTyping: true }, { isTyping: false }, { isTyping: true }])
})

test('after a message of theirs the user is told to type again, though nobody said that they had stopped', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await told(room, userIds[0], Date.now() - 3_000)
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  const { expiresAt } = await ada.request({ action: 'typingIndicator', chatRoomId: room })
  await bob.event('typing', (event) => event.expiresAt === expiresAt)

  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  const again = await ada.request({ action: 'typingIndicator', chatRoomId: room })
  expect(again.repeatAfterMs).toBeGreaterThan(0)
  expect(again.repeatAfterMs).toBeLessThanOrEqual(3_000)
})

test('when many type, one more waits, and the next one’s telling names both in one frame', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'eve')
  const [ada, bob, eve] = clients
  const others = ['one', 'two', 'three', 'four']
  await Promise.all(others.map((name) => told(room, name, Date.now())))
  const frame = { action: 'typingIndicator', chatRoomId: room } as const
  const waiting = await bob.request(frame)
  expect(waiting.repeatAfterMs).toBeGreaterThan(0)
  expect(waiting.repeatAfterMs).toBeLessThanOrEqual(2_000)
  await settled(chat)
  const typistsIn = (client: RawClient) =>
    client.events.flatMap((event) => (event.event === 'typing' ? [event.userId] : []))
  expect(typistsIn(ada).toSorted()).toEqual(others.toSorted())

  await Promise.all(others.map((userId) => entities.Typing.delete({ chatRoomId: room, userId }).go()))
  const { expiresAt } = await eve.request(frame)
  await settled(chat)
  expect(ada.frames.at(-2)).toMatchObject({
    type: 'events',
    events: [
      { event: 'typing', userId: userIds[2], expiresAt },
      { event: 'typing', userId: userIds[1], expiresAt: waiting.expiresAt },
    ],
  })
  expect([bob, eve].map((client) => typistsIn(client).slice(4))).toEqual([[userIds[2]], [userIds[1]]])
  // Typing of a user that another connection has already announced causes no event.
  expect(await bob.request(frame)).toEqual({ expiresAt: waiting.expiresAt })
})

test('in a room that was found to be large typing is answered, and nothing is written', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await entities.raiseClass(room, 'medium')
  const before = Date.now()
  const { expiresAt } = await ada.request({ action: 'typingIndicator', chatRoomId: room })
  expect(expiresAt).toBeGreaterThanOrEqual(before + 10_000)
  expect(await entities.lastTyping(room, userIds[0])).toBeUndefined()
  await settled(chat)
  expect(typingSeenBy(bob)).toEqual([])
})

test('the end of typing expires when it is said', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  await clients[0].request({ action: 'typingIndicator', chatRoomId: room })
  const before = Date.now()
  const { expiresAt } = await clients[0].request({ action: 'typingIndicator', chatRoomId: room, isTyping: false })
  expect(expiresAt).toBeGreaterThanOrEqual(before)
  expect(expiresAt).toBeLessThanOrEqual(Date.now())
})

test('two who type in one room, and one who types in two, are told apart', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'carol')
  const [ada, bob, carol] = clients
  const other = unique('room')
  await carol.request({ action: 'createRoom', chatRoomId: other, roomName: 'Other', members: [userIds[0]] })
  await ada.event('roomAdded', ({ chatRoomId }) => chatRoomId === other)
  for (const [client, chatRoomId] of [
    [ada, room],
    [bob, room],
    [ada, other],
  ] as const) {
    await client.request({ action: 'typingIndicator', chatRoomId })
  }
  await settled(chat)
  expect(carol.events.flatMap((event) => (event.event === 'typing' ? [[event.chatRoomId, event.userId]] : []))).toEqual(
    [
      [room, userIds[0]],
      [room, userIds[1]],
      [other, userIds[0]],
    ],
  )
})

test('whoever is not in the room cannot be seen typing there', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const eve = await online(chat, unique('eve'))
  for (const chatRoomId of [room, unique('none')]) {
    expect((await eve.refused({ action: 'typingIndicator', chatRoomId })).code).toBe('not_a_member')
  }
  await settled(chat)
  expect(clients[0].events).toEqual([])
})

test('a userId that is the own one is accepted', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  await clients[0].request({ action: 'typingIndicator', chatRoomId: room, userId: userIds[0] })
  expect((await clients[1].event('typing')).userId).toBe(userIds[0])
})
