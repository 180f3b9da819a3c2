import { expect, test } from 'vitest'
import { connectBriefly, untilRefused } from '../support/brief-connection.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { scan } from '../support/table-scan.ts'
import { validFrames } from '../support/valid-frames.ts'

// No sweep: the fan-out must skip an expired row that still exists.
const chat = await useChat({ ttlSweepMs: 3_600_000 })

test('when the token has expired, every action is answered so, nothing is written and nothing posted any more', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'carol', 'bob')
  const [ada, carol] = clients
  const bob = await connectBriefly(chat, userIds[2])
  await untilRefused(bob)
  await settled(chat)

  const before = await scan(chat)
  const frames = { ...validFrames(room), sing: { action: 'sing' } }
  for (const [action, frame] of Object.entries(frames)) {
    expect(await bob.raw(JSON.stringify({ ...frame, requestId: `late ${action}` }))).toEqual({
      type: 'error',
      action,
      requestId: `late ${action}`,
      error: {
        code: 'token_expired',
        message: expect.stringMatching(/^unable to /) as string,
        retryable: false,
      },
    })
  }
  expect(await scan(chat)).toEqual(before)

  const subscribed = before.filter((item) => item.__edb_e__ === 'Subscription' && item.UserId === userIds[2])
  expect(subscribed.map((item) => item.pk)).toEqual([`subscriptions#${room}`, `subscriptions#${room}`])
  const heard = bob.events.length
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'too late' })
  await ada.request({ action: 'broadcastMessage', chatRoomId: room, content: 'far too late' })
  await ada.request({ action: 'typingIndicator', chatRoomId: room })
  await carol.messages(room, ['too late', 'far too late'])
  await settled(chat)
  await bob.ask({ action: 'ping' })
  expect(bob.events.length).toBe(heard)
  expect(bob.socket.readyState).toBe(bob.socket.OPEN)
})

test('a connection whose token has expired is not told of a room that its user is put into', async () => {
  const { clients } = await givenRoom(chat, 'ada')
  const bobId = unique('bob')
  const [expired, current] = [await connectBriefly(chat, bobId), await online(chat, bobId)]
  await untilRefused(expired)
  const { chatRoomId } = await clients[0].request({ action: 'createRoom', roomName: 'A room', members: [bobId] })
  await current.event('roomAdded', (event) => event.chatRoomId === chatRoomId)
  await settled(chat)
  await expired.ask({ action: 'ping' })
  expect(expired.events).toEqual([])
})
