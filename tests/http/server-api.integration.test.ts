import { expect, test } from 'vitest'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { settled, unique } from '../support/runtime.ts'
import { itemsOf } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat({ environment: { SEND_RATE_LIMIT: '1/60' } })
const backend = await givenBackend(chat, unique('shop'))

test('a message of a backend reaches every connection, its sender’s own too, and nobody becomes a member', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const sent = await backend.request('sendMessage', { chatRoomId: room, content: 'paid', clientMessageId: 'o1' })
  await Promise.all(clients.map((client) => client.messages(room, ['paid'])))
  const asAda = await backend.request('sendMessage', { chatRoomId: room, content: 'hi', asUserId: userIds[0] })
  await Promise.all(clients.map((client) => client.messages(room, ['hi'])))
  await settled(chat)

  expect(sent).toEqual({
    chatRoomId: room,
    messageId: '0000000000000001',
    seq: 1,
    timestamp: expect.any(Number) as number,
    duplicate: false,
  })
  expect(asAda).toMatchObject({ seq: 2 })
  for (const { events } of clients) {
    expect(events.filter(({ event }) => event === 'message')).toMatchObject([
      { seq: 1, senderId: backend.sub, clientMessageId: 'o1' },
      { seq: 2, senderId: userIds[0] },
    ])
  }
  const rows = (await itemsOf(chat, 'Message')).filter((item) => item.ChatRoomId === room)
  expect(rows.map(({ Via }) => Via)).toEqual([undefined, backend.sub])
  const { members } = await backend.request('getRoom', { chatRoomId: room })
  expect(members).toEqual(userIds.toSorted())
})
