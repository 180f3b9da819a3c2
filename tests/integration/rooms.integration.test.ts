import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Runtime } from '../../src/local/runtime.ts'
import { online, startChat, unique } from '../support/runtime.ts'

let chat: Runtime
beforeAll(async () => {
  chat = await startChat()
})
afterAll(() => chat.close())

test('a message reaches every connection of every member except the sending one', async () => {
  const room = unique('general')
  const [ada, adaElsewhere, bob, eve] = await Promise.all(
    ['ada', 'ada', 'bob', 'eve'].map((user) => online(chat, user)),
  )
  await ada!.request({ action: 'createRoom', chatRoomId: room, roomName: 'General', members: ['bob'] })
  await Promise.all(
    [adaElsewhere!, bob!].map((client) => client.event('roomAdded', (event) => event.chatRoomId === room)),
  )

  const sent = await ada!.request({ action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' })
  await Promise.all([adaElsewhere!, bob!].map((client) => client.messages(room, ['hello'])))
  await chat.mapping.idle()

  expect(sent).toEqual({
    chatRoomId: room,
    messageId: '0000000000000001',
    seq: 1,
    timestamp: expect.any(Number) as number,
    duplicate: false,
  })
  expect(bob!.events.at(-1)).toEqual({
    event: 'message',
    chatRoomId: room,
    seq: 1,
    messageId: sent.messageId,
    kind: 'text',
    senderId: 'ada',
    content: 'hello',
    timestamp: sent.timestamp,
    clientMessageId: 'c1',
  })
  expect(ada!.contents(room)).toEqual([])
  expect(eve!.events).toEqual([])
})
