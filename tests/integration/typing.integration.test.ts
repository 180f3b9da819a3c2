import { expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
const entities = await entitiesOf(chat)

/** That a user is typing was told at this moment. */
const told = (chatRoomId: string, userId: string, at: number) =>
  entities.setTyping({ chatRoomId, userId, isTyping: true }, undefined, at)

const typingSeenBy = (client: RawClient) => client.events.filter(({ event }) => event === 'typing')

test('typing reaches every connection of the other members, and none of the typing user’s', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'ada', 'bob', 'bob', 'carol')
  const before = Date.now()
  const { expiresAt } = await clients[0].request({ action: 'typingIndicator', chatRoomId: room })
  const after = Date.now()
  await Promise.all(clients.slice(2).map((client) => client.event('typing')))
  await settled(chat)

  expect(expiresAt).toBeGreaterThanOrEqual(before + 8_000)
  expect(expiresAt).toBeLessThanOrEqual(after + 8_000)
  const typing = { event: 'typing', chatRoomId: room, userId: userIds[0], isTyping: true, expiresAt }
  expect(clients.map(typingSeenBy)).toEqual([[], [], [typing], [typing], [typing]])
})

test('a repeat within 3 s is answered with the same expiresAt and told to nobody', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'ada', 'bob')
  const [ada, elsewhere, bob] = clients
  const frame = { action: 'typingIndicator', chatRoomId: room } as const
  const first = await ada.request(frame)
  expect(await ada.request({ ...frame, isTyping: true })).toEqual(first)
  expect(await elsewhere.request(frame)).toEqual(first)
  await settled(chat)
  expect(typingSeenBy(bob)).toHaveLength(1)
})

test('a repeat after 3 s is told again, with a later expiresAt', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const earlier = await told(room, userIds[0], Date.now() - 3_000)
  const { expiresAt } = await clients[0].request({ action: 'typingIndicator', chatRoomId: room })
  expect(expiresAt).toBeGreaterThanOrEqual(earlier + 3_000)
  await clients[1].event('typing', (event) => event.expiresAt === expiresAt)
})

test('a repeat after 2 s is not', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const earlier = await told(room, userIds[0], Date.now() - 2_000)
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
