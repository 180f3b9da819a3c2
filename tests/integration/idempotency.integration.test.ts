import { expect, test } from 'vitest'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { itemsOf } from '../support/table-scan.ts'

const chat = await useChat()

const keptIn = async (room: string) =>
  (await itemsOf(chat, 'Message')).filter((item) => item.ChatRoomId === room && item.Kind !== 'hole')

test.for(['sendMessage', 'broadcastMessage'] as const)(
  '%s repeated with its clientMessageId answers with the first ids, and nothing new is kept or delivered',
  async (action) => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    const frame = { action, chatRoomId: room, content: 'hello', clientMessageId: 'c1' }
    const first = await ada.request(frame)
    const retries = [await ada.request(frame), await ada.request(frame)]
    await settled(chat)

    expect(first.duplicate).toBe(false)
    expect(retries).toEqual([
      { ...first, duplicate: true },
      { ...first, duplicate: true },
    ])
    expect(bob.contents(room)).toEqual(['hello'])
    expect(await keptIn(room)).toHaveLength(1)
    const next = await ada.request({ ...frame, content: 'next', clientMessageId: 'c2' })
    expect(next).toMatchObject({ seq: 2, duplicate: false })
  },
)

test('a retry after a reconnect, and from another connection, is the same message', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'ada', 'bob')
  const [ada, elsewhere, bob] = clients
  const frame = { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' } as const
  const first = await ada.request(frame)
  await settled(chat)
  await ada.close()
  const back = await online(chat, userIds[0])
  expect(await back.request(frame)).toEqual({ ...first, duplicate: true })
  expect(await elsewhere.request(frame)).toEqual({ ...first, duplicate: true })
  await settled(chat)
  expect(bob.contents(room)).toEqual(['hello'])
  expect(back.contents(room)).toEqual([])
  expect(elsewhere.contents(room)).toEqual(['hello'])
})

test('a retry to a user is the same message, in the same direct room', async () => {
  const bobId = unique('bob')
  const [ada, bob] = [await online(chat, unique('ada')), await online(chat, bobId)]
  const frame = { action: 'sendMessage', recipientId: bobId, content: 'hello', clientMessageId: 'c1' } as const
  const first = await ada.request(frame)
  expect(await ada.request(frame)).toEqual({ ...first, duplicate: true })
  const { recipientId: _to, ...rest } = frame
  expect(await ada.request({ ...rest, chatRoomId: first.chatRoomId })).toEqual({ ...first, duplicate: true })
  await settled(chat)
  expect(bob.contents(first.chatRoomId)).toEqual(['hello'])
})

test('twenty identical sends at once, over two connections, are one message with one delivery', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'ada', 'bob')
  const [ada, elsewhere, bob] = clients
  const frame = { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' } as const
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? ada : elsewhere).request(frame)),
  )
  await settled(chat)

  const firsts = answers.filter(({ duplicate }) => !duplicate)
  expect(firsts).toHaveLength(1)
  expect(answers.filter(({ duplicate }) => duplicate)).toEqual(
    Array.from({ length: 19 }, () => ({ ...firsts[0]!, duplicate: true })),
  )
  expect(await keptIn(room)).toEqual([expect.objectContaining({ MessageId: firsts[0]!.messageId, Content: 'hello' })])
  expect(bob.contents(room)).toEqual(['hello'])
  const { messages, hasMore } = await bob.request({ action: 'getHistory', chatRoomId: room, after: 0 })
  expect([messages.map(({ seq }) => seq), hasMore]).toEqual([[firsts[0]!.seq], false])

  const next = await ada.request({ ...frame, content: 'next', clientMessageId: 'c2' })
  await bob.messages(room, ['next'])
  const { rooms } = await bob.request({ action: 'sync', rooms: { [room]: 0 } })
  expect(rooms[0]!.events.map(({ seq }) => seq)).toEqual([firsts[0]!.seq, next.seq])
})

test('the same clientMessageId with other content is a conflict, and the first message stays', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const frame = { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' } as const
  const first = await ada.request(frame)
  expect(await ada.refused({ ...frame, content: 'Hello' })).toMatchObject({
    code: 'conflict',
    message: 'unable to send; this clientMessageId was used with other content',
    retryable: false,
  })
  expect(await ada.request(frame)).toEqual({ ...first, duplicate: true })
  await settled(chat)
  expect(bob.contents(room)).toEqual(['hello'])
})

test('of two contents that race under one clientMessageId, one is kept and the other is a conflict', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const answers = await Promise.all(
    ['one', 'two', 'one', 'two'].map((content) =>
      clients[0].ask({ action: 'sendMessage', chatRoomId: room, content, clientMessageId: 'c1' }),
    ),
  )
  expect(answers.flatMap((answer) => (answer.type === 'error' ? [answer.error.code] : []))).toEqual([
    'conflict',
    'conflict',
  ])
  expect(await keptIn(room)).toHaveLength(1)
})

test('the same clientMessageId of another sender, in another room or in another case is another message', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'carol')
  const [ada, bob, carol] = clients
  const { chatRoomId: other } = await ada.request({ action: 'createRoom', roomName: 'Other' })
  const sends = [
    { client: ada, chatRoomId: room, clientMessageId: 'c1' },
    { client: bob, chatRoomId: room, clientMessageId: 'c1' },
    { client: ada, chatRoomId: room, clientMessageId: 'C1' },
    { client: ada, chatRoomId: other, clientMessageId: 'c1' },
  ]
  for (const { client, ...frame } of sends) {
    const sent = await client.request({ action: 'sendMessage', content: 'hello', ...frame })
    expect(sent.duplicate).toBe(false)
  }
  await settled(chat)
  expect(carol.contents(room)).toEqual(['hello', 'hello', 'hello'])
})

test('a retry by one who has left the room meanwhile is refused', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const frame = { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' } as const
  await clients[0].request(frame)
  await clients[0].request({ action: 'leaveRoom', chatRoomId: room })
  expect((await clients[0].refused(frame)).code).toBe('not_a_member')
})

test('without a clientMessageId the same content is another message', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const frame = { action: 'sendMessage', chatRoomId: room, content: 'hello' } as const
  expect([(await clients[0].request(frame)).seq, (await clients[0].request(frame)).seq]).toEqual([1, 2])
  await settled(chat)
  expect(clients[1].contents(room)).toEqual(['hello', 'hello'])
})
