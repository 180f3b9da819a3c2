import { expect, test } from 'vitest'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { itemsOf } from '../support/table-scan.ts'

const chat = await useChat()

test('a message reaches every connection of every member except the sending one', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'ada', 'bob', 'bob', 'carol')
  const [ada, ...others] = clients
  const eve = await online(chat, unique('eve'))
  const frame = { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' } as const
  const sent = await ada.request(frame)
  await Promise.all(others.map((client) => client.messages(room, ['hello'])))
  await settled(chat)

  expect(sent).toEqual({
    chatRoomId: room,
    messageId: '0000000000000001',
    seq: 1,
    timestamp: expect.any(Number) as number,
    duplicate: false,
  })
  for (const client of others) {
    expect(client.events.filter(({ event }) => event === 'message')).toEqual([
      {
        event: 'message',
        chatRoomId: room,
        seq: 1,
        messageId: sent.messageId,
        kind: 'text',
        senderId: userIds[0],
        content: 'hello',
        timestamp: sent.timestamp,
        clientMessageId: 'c1',
      },
    ])
  }
  expect(ada.events).toEqual([])
  expect(eve.events).toEqual([])
})

test('a message is stored under the names that were specified', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada')
  const sent = await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  const stored = (await itemsOf(chat, 'Message')).filter((item) => item.ChatRoomId === room)
  expect(stored).toEqual([
    expect.objectContaining({
      ChatRoomId: room,
      MessageId: sent.messageId,
      SenderId: userIds[0],
      Content: 'hello',
      Timestamp: sent.timestamp,
      Kind: 'text',
    }),
  ])
  expect(stored[0]).not.toHaveProperty('FileUrl')
})

test('a broadcast reaches every connection of every member, the sending one too, and says that it is one', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'ada', 'bob')
  const frame = { action: 'broadcastMessage', chatRoomId: room, content: 'all of you', clientMessageId: 'c1' } as const
  const { duplicate, ...sent } = await clients[0].request(frame)
  await Promise.all(clients.map((client) => client.messages(room, ['all of you'])))
  await settled(chat)

  expect(duplicate).toBe(false)
  for (const client of clients) {
    expect(client.events.filter(({ event }) => event === 'message')).toEqual([
      {
        event: 'message',
        kind: 'broadcast',
        senderId: userIds[0],
        content: 'all of you',
        clientMessageId: 'c1',
        ...sent,
      },
    ])
  }
})

test('a message without a clientMessageId has none in its event', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'hello' })
  expect(await clients[1].event('message')).not.toHaveProperty('clientMessageId')
})

test.for([
  ['every plane of Unicode', 'é 日本 𝒳 👩‍👩‍👧‍👦 \u0000 \u001f \u007f \u2028 \ufffd'],
  ['what looks like JSON or a key', '"}]}\\ {"type":"events"} $# __proto__'],
  ['exactly 16,384 bytes', 'x'.repeat(16_384)],
  ['exactly 16,384 bytes of four-byte characters', '𝒳'.repeat(4_096)],
  ['16,384 bytes that JSON writes as 98,299', `x${'\u0001'.repeat(16_383)}`],
] as const)('content arrives and is kept as it was sent: %s', async ([, content]) => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await ada.raw(JSON.stringify({ action: 'sendMessage', chatRoomId: room, content }))
  expect((await bob.event('message')).content === content).toBe(true)
  const { messages } = await bob.request({ action: 'getHistory', chatRoomId: room })
  expect(messages.map((message) => message.content === content)).toEqual([true])
  const { rooms } = await bob.request({ action: 'sync', rooms: { [room]: 0 } })
  expect(rooms[0]!.recovered ? rooms[0]!.events[0]!.content === content : 'not recovered').not.toBe(false)
})

test('a message to a user goes to the direct room of the two, and the recipient’s answer to the same room', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, adaElsewhere, bob, bobElsewhere, eve] = await Promise.all(
    [adaId, adaId, bobId, bobId, unique('eve')].map((userId) => online(chat, userId)),
  )
  const hello = await ada!.request({ action: 'sendMessage', recipientId: bobId, content: 'hello' })
  await Promise.all([adaElsewhere!, bob!, bobElsewhere!].map((client) => client.messages(hello.chatRoomId, ['hello'])))
  const answer = await bob!.request({ action: 'sendMessage', recipientId: adaId, content: 'hi' })
  await Promise.all([ada!, adaElsewhere!, bobElsewhere!].map((client) => client.messages(hello.chatRoomId, ['hi'])))
  await settled(chat)

  expect(hello.chatRoomId).toMatch(/^dm:/)
  expect(answer).toMatchObject({ chatRoomId: hello.chatRoomId, seq: 2 })
  expect(ada!.contents(hello.chatRoomId)).toEqual(['hi'])
  expect(bob!.contents(hello.chatRoomId)).toEqual(['hello'])
  expect(eve!.events).toEqual([])
  const { members } = await ada!.request({ action: 'getRoom', chatRoomId: hello.chatRoomId })
  expect(members).toEqual([adaId, bobId].sort())
  const { rooms } = await bob!.request({ action: 'listRooms' })
  expect(rooms.map(({ chatRoomId }) => chatRoomId)).toEqual([hello.chatRoomId])
})

test('the direct room is the same whichever of the two writes first', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob] = await Promise.all([adaId, bobId].map((userId) => online(chat, userId)))
  const first = await bob!.request({ action: 'sendMessage', recipientId: adaId, content: 'hello' })
  const second = await ada!.request({ action: 'sendMessage', recipientId: bobId, content: 'hi' })
  expect(second.chatRoomId).toBe(first.chatRoomId)
})

test('two who write to each other at the same moment share one room and hear each other', async () => {
  for (let pair = 0; pair < 5; pair++) {
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = await Promise.all([adaId, bobId].map((userId) => online(chat, userId)))
    const [fromAda, fromBob] = await Promise.all([
      ada!.request({ action: 'sendMessage', recipientId: bobId, content: 'from ada' }),
      bob!.request({ action: 'sendMessage', recipientId: adaId, content: 'from bob' }),
    ])
    expect(fromBob.chatRoomId).toBe(fromAda.chatRoomId)
    expect([fromAda.seq, fromBob.seq].sort()).toEqual([1, 2])
    await ada!.messages(fromAda.chatRoomId, ['from bob'])
    await bob!.messages(fromAda.chatRoomId, ['from ada'])
  }
})

test('direct rooms of users whose ids could be confused are different rooms', async () => {
  const tag = unique('x')
  const pairs = [
    [`${tag},b`, 'c'],
    [tag, 'b,c'],
    [`${tag}","b`, 'c'],
    [`${tag}B`, 'c'],
  ] as const
  const rooms: string[] = []
  for (const [from, to] of pairs) {
    const client = await online(chat, from)
    rooms.push((await client.request({ action: 'sendMessage', recipientId: to, content: 'hello' })).chatRoomId)
  }
  expect(new Set(rooms).size).toBe(4)
})

test('a message to an offline user waits in the room that its sync finds', async () => {
  const bobId = unique('bob')
  const ada = await online(chat, unique('ada'))
  const { chatRoomId } = await ada.request({ action: 'sendMessage', recipientId: bobId, content: 'hello' })
  await settled(chat)
  const bob = await online(chat, bobId)
  const { rooms } = await bob.request({ action: 'sync', rooms: { [chatRoomId]: 0 } })
  expect(rooms).toMatchObject([{ chatRoomId, recovered: true, events: [{ content: 'hello' }] }])
})

test('a message to oneself reaches one’s other connections', async () => {
  const adaId = unique('ada')
  const [ada, elsewhere] = await Promise.all([online(chat, adaId), online(chat, adaId)])
  const { chatRoomId } = await ada.request({ action: 'sendMessage', recipientId: adaId, content: 'remember' })
  await elsewhere.messages(chatRoomId, ['remember'])
  await settled(chat)
  expect(ada.events).toEqual([])
  expect((await ada.request({ action: 'getRoom', chatRoomId })).members).toEqual([adaId])
})

test('whoever has left a direct room is back in it with the next message of either', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob] = await Promise.all([adaId, bobId].map((userId) => online(chat, userId)))
  const { chatRoomId } = await ada!.request({ action: 'sendMessage', recipientId: bobId, content: 'one' })
  await bob!.messages(chatRoomId, ['one'])
  await bob!.request({ action: 'leaveRoom', chatRoomId })
  expect((await bob!.refused({ action: 'sendMessage', chatRoomId, content: 'two' })).code).toBe('not_a_member')
  await ada!.request({ action: 'sendMessage', recipientId: bobId, content: 'three' })
  await bob!.messages(chatRoomId, ['three'])
  await bob!.request({ action: 'leaveRoom', chatRoomId })
  await bob!.request({ action: 'sendMessage', recipientId: adaId, content: 'four' })
  await ada!.messages(chatRoomId, ['four'])
  await ada!.request({ action: 'sendMessage', chatRoomId, content: 'five' })
  await bob!.messages(chatRoomId, ['five'])
})

test('fifty sends of five clients at once are numbered 1 to 50, and everybody hears them', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'carol', 'dan', 'fay', 'listener')
  const senders = clients.slice(0, 5)
  const sends = senders.flatMap((client, s) =>
    Array.from({ length: 10 }, (_, i) =>
      client.request({ action: 'sendMessage', chatRoomId: room, content: `${s}.${i}` }),
    ),
  )
  const sent = await Promise.all(sends)
  const contents = senders.flatMap((_, s) => Array.from({ length: 10 }, (_none, i) => `${s}.${i}`))
  await clients[5].messages(room, contents)
  await settled(chat)

  const oneToFifty = Array.from({ length: 50 }, (_, i) => i + 1)
  expect(sent.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(oneToFifty)
  expect(sent.every(({ seq, messageId }) => Number(messageId) === seq && messageId.length === 16)).toBe(true)
  const heard = clients[5].events.flatMap((event) => (event.event === 'message' ? [event] : []))
  expect(new Map(heard.map(({ seq, content }) => [seq, content]))).toEqual(
    new Map(sent.map(({ seq }, i) => [seq, contents[i]])),
  )
  expect((await clients[0].request({ action: 'getRoom', chatRoomId: room })).headSeq).toBe(50)
  for (const [s, client] of senders.entries()) {
    expect(new Set(client.contents(room))).toEqual(new Set(contents.filter((content) => !content.startsWith(`${s}.`))))
  }
})
