import { expect, test } from 'vitest'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { itemsOf } from '../support/table-scan.ts'

const chat = await useChat()

test('a room starts empty, with its creator in it and subscribed', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob] = await Promise.all([online(chat, adaId), online(chat, bobId)])
  const room = unique('room')
  expect(await ada.request({ action: 'createRoom', chatRoomId: room, roomName: 'Général 🎉' })).toEqual({
    chatRoomId: room,
    roomName: 'Général 🎉',
    members: [adaId],
    headSeq: 0,
    access: 'link',
    role: 'owner',
    room: {
      chatRoomId: room,
      roomName: 'Général 🎉',
      access: 'link',
      settings: settingsOf('link'),
      pins: [],
      closed: false,
      createdBy: adaId,
      createdAt: expect.any(Number) as number,
      memberCount: 1,
      version: 0,
    },
  })
  await bob.request({ action: 'joinRoom', chatRoomId: room })
  await bob.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await ada.messages(room, ['hello'])
})

test('a room without an id is given one of its own', async () => {
  const ada = await online(chat, unique('ada'))
  const rooms = await Promise.all([1, 2].map(() => ada.request({ action: 'createRoom', roomName: 'Same name' })))
  for (const { chatRoomId } of rooms) expect(chatRoomId).toMatch(/^[A-Za-z0-9_:-]{1,64}$/)
  expect(new Set(rooms.map(({ chatRoomId }) => chatRoomId)).size).toBe(2)
})

test('those who are put into a room are told so on every connection, and by whom, and not that members joined', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'ada', 'bob', 'bob')
  await settled(chat)
  const told = { event: 'roomAdded', chatRoomId: room, roomName: 'A room', headSeq: 0, access: 'link' }
  const [creator, member] = [
    { ...told, role: 'owner' },
    { ...told, role: 'member', by: userIds[0] },
  ]
  expect(clients.map((client) => client.events)).toEqual([[], [creator], [member], [member]])
})

test('repeats among the members, the creator too, count once', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const ada = await online(chat, adaId)
  const room = unique('room')
  const members = [bobId, adaId, bobId]
  const made = await ada.request({ action: 'createRoom', chatRoomId: room, roomName: 'A room', members })
  expect(made.members).toEqual([adaId, bobId])
  expect((await itemsOf(chat, 'Membership')).filter((item) => item.ChatRoomId === room)).toHaveLength(2)
})

test('an id that is taken is a conflict, and the room stays what it was', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const eveId = unique('eve')
  const eve = await online(chat, eveId)
  for (const client of [clients[0], eve]) {
    expect(await client.refused({ action: 'createRoom', chatRoomId: room, roomName: 'Mine' })).toMatchObject({
      code: 'conflict',
      message: 'unable to create the room; its id is taken',
      retryable: false,
    })
  }
  expect(await clients[0].request({ action: 'getRoom', chatRoomId: room })).toMatchObject({
    roomName: 'A room',
    members: [...userIds].sort(),
  })
})

test('of many who create the same room at once, one does', async () => {
  const clients = await Promise.all(Array.from({ length: 8 }, () => online(chat, unique('ada'))))
  const frame = { action: 'createRoom', chatRoomId: unique('room'), roomName: 'A room' }
  const answers = await Promise.all(clients.map((client) => client.ask(frame)))
  expect(answers.filter(({ type }) => type === 'reply')).toHaveLength(1)
  expect(answers.flatMap((answer) => (answer.type === 'error' ? [answer.error.code] : []))).toEqual(
    Array.from({ length: 7 }, () => 'conflict'),
  )
  expect((await itemsOf(chat, 'Membership')).filter((item) => item.ChatRoomId === frame.chatRoomId)).toHaveLength(1)
})

test("ids starting 'dm:' are the server's, others with a colon are free", async () => {
  const ada = await online(chat, unique('ada'))
  expect(await ada.refused({ action: 'createRoom', chatRoomId: 'dm:mine', roomName: 'A room' })).toMatchObject({
    code: 'invalid_request',
    message: 'unable to accept the frame; it is not of the schema',
    details: [{ path: 'chatRoomId' }],
  })
  await ada.request({ action: 'createRoom', chatRoomId: `DM:${unique('mine')}`, roomName: 'A room' })
})

test('room ids that differ by case are different rooms', async () => {
  const ada = await online(chat, unique('ada'))
  const room = unique('room')
  await ada.request({ action: 'createRoom', chatRoomId: room, roomName: 'lower' })
  await ada.request({ action: 'createRoom', chatRoomId: room.toUpperCase(), roomName: 'upper' })
  expect(await ada.request({ action: 'getRoom', chatRoomId: room })).toMatchObject({ roomName: 'lower' })
})

test('a room is made with 100 members beside its creator, and all 101 are really in it', async () => {
  const adaId = unique('ada')
  const memberIds = Array.from({ length: 100 }, (_, i) => unique(`member-${i}`))
  const ada = await online(chat, adaId)
  const lastTwo = await Promise.all(memberIds.slice(-2).map((userId) => online(chat, userId)))
  const room = unique('room')
  const everyone = [adaId, ...memberIds].sort()
  const made = await ada.request({ action: 'createRoom', chatRoomId: room, roomName: 'Crowd', members: memberIds })
  expect(made.members).toEqual(everyone)
  expect((await ada.request({ action: 'getRoom', chatRoomId: room })).members).toEqual(everyone)

  for (const client of lastTwo) {
    await client.event('roomAdded', ({ chatRoomId }) => chatRoomId === room)
    expect((await client.request({ action: 'listRooms' })).rooms.map(({ chatRoomId }) => chatRoomId)).toEqual([room])
  }
  await lastTwo[0]!.request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  await Promise.all([ada, lastTwo[1]!].map((client) => client.messages(room, ['hello'])))
  await settled(chat)
  expect(ada.events.filter(({ event }) => event === 'memberJoined')).toEqual([])
  expect((await itemsOf(chat, 'ChatRoom')).find((item) => item.ChatRoomId === room)).not.toHaveProperty('Setup')
})

test('a hundred and one members beside the creator are too many', async () => {
  const ada = await online(chat, unique('ada'))
  const members = Array.from({ length: 101 }, (_, i) => `member-${i}`)
  expect(await ada.refused({ action: 'createRoom', roomName: 'Crowd', members })).toMatchObject({
    code: 'invalid_request',
    message: 'unable to accept the frame; it is not of the schema',
    details: [{ path: 'members' }],
  })
})
