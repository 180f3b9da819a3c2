import { expect, test } from 'vitest'
import { givenJoinedRoom } from './given-client.ts'
import { settled } from './virtual-clock.ts'

async function givenTypists() {
  const given = await givenJoinedRoom()
  const sets: string[][] = []
  given.room.on('typing', (userIds) => sets.push(userIds))
  const types = (userId: string, isTyping = true) => {
    const expiresAt = given.clock.now() + (isTyping ? 10_000 : 0)
    given.server.socket.events({ event: 'typing', chatRoomId: 'general', userId, isTyping, expiresAt })
  }
  return { ...given, sets, types }
}

test('however fast the keys come, typing is sent once in 7 s', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  for (let i = 0; i < 200; i++) {
    room.typing.keystroke()
    await clock.advance(100)
  }
  expect(server.asked('typingIndicator')).toHaveLength(3)
})

test('stop takes it back once, and only while it is shown', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  room.typing.stop()
  expect(server.asked('typingIndicator')).toHaveLength(0)
  room.typing.keystroke()
  room.typing.stop()
  room.typing.stop()
  await settled()
  expect(server.asked('typingIndicator').map(({ isTyping }) => isTyping)).toEqual([true, false])
  room.typing.keystroke()
  await clock.advance(10_000)
  room.typing.stop()
  expect(server.asked('typingIndicator').map(({ isTyping }) => isTyping)).toEqual([true, false, true])
})

test('typing without a connection is nothing', async () => {
  const { client, room, errors } = await givenJoinedRoom()
  client.disconnect()
  room.typing.keystroke()
  await client.connect()
  expect(errors).toEqual([])
})

test('listeners get the full set of who is typing, whenever it changes', async () => {
  const { types, sets } = await givenTypists()
  types('bob')
  types('ada')
  types('bob')
  types('bob', false)
  expect(sets).toEqual([['bob'], ['ada', 'bob'], ['ada']])
})

test('typing ends by itself after 10 s, and a repeat prolongs it', async () => {
  const { clock, types, sets } = await givenTypists()
  types('bob')
  await clock.advance(5_000)
  types('bob')
  await clock.advance(9_999)
  expect(sets).toEqual([['bob']])
  await clock.advance(1)
  expect(sets).toEqual([['bob'], []])
})

test('typing ends with the message, and when the member leaves', async () => {
  const { server, types, sets } = await givenTypists()
  types('bob')
  server.socket.events(server.keep('general', 'done', { senderId: 'bob' }))
  types('cleo')
  server.socket.events({ event: 'memberLeft', chatRoomId: 'general', userId: 'cleo', timestamp: 0 })
  expect(sets).toEqual([['bob'], [], ['cleo'], []])
})

test('an indicator whose time is over by the server’s clock shows nobody', async () => {
  const { server, clock, sets } = await givenTypists()
  const expiresAt = clock.now() - 1
  server.socket.events({ event: 'typing', chatRoomId: 'general', userId: 'bob', isTyping: true, expiresAt })
  expect(sets).toEqual([])
})

test('typing and its end are sent one after the other, because the server may handle two at once in either order', async () => {
  const { server, room } = await givenJoinedRoom()
  const answers: (() => void)[] = []
  server.override = ({ action, requestId }, socket) => {
    if (action !== 'typingIndicator') return undefined
    answers.push(() => socket.push({ type: 'reply', action, requestId, data: { expiresAt: 0 } }))
    return 'nothing'
  }
  room.typing.keystroke()
  room.typing.stop()
  room.typing.keystroke()
  const told = () => server.asked('typingIndicator').map(({ isTyping }) => isTyping)
  await settled()
  expect(told()).toEqual([true])
  answers[0]!()
  await settled()
  expect(told()).toEqual([true, false])
  answers[1]!()
  await settled()
  expect(told()).toEqual([true, false, true])
})

test('a message ends it: nothing is sent for that, and the next keystroke is a beginning', async () => {
  const { server, room } = await givenJoinedRoom()
  room.typing.keystroke()
  await room.send({ content: 'hello' }).done
  room.typing.stop()
  room.typing.keystroke()
  await settled()
  expect(server.asked('typingIndicator').map(({ isTyping }) => isTyping)).toEqual([true, true])
})

test('what comes after a message but was said before it shows nobody', async () => {
  const { server, clock, types, sets } = await givenTypists()
  const expiresAt = clock.now() + 10_000
  await clock.advance(100)
  server.socket.events(server.keep('general', 'done', { senderId: 'bob', timestamp: clock.now() }))
  server.socket.events({ event: 'typing', chatRoomId: 'general', userId: 'bob', isTyping: true, expiresAt })
  expect(sets).toEqual([])
  await clock.advance(1)
  types('bob')
  expect(sets).toEqual([['bob']])
})

test('what the server has not told yet is said again when it asks for that, unless something else was said', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  let repeatAfterMs: number | undefined = 1_500
  server.override = ({ action, requestId }) =>
    action === 'typingIndicator'
      ? { type: 'reply', action, requestId, data: { expiresAt: 0, ...(repeatAfterMs && { repeatAfterMs }) } }
      : undefined
  const told = () => server.asked('typingIndicator').map(({ isTyping }) => isTyping)
  room.typing.keystroke()
  await clock.advance(1_499)
  expect(told()).toEqual([true])
  repeatAfterMs = undefined
  await clock.advance(1)
  expect(told()).toEqual([true, true])
  await clock.advance(5_000)
  expect(told()).toEqual([true, true])

  repeatAfterMs = 1_500
  room.typing.stop()
  await settled()
  await room.send({ content: 'hello' }).done
  await clock.advance(5_000)
  expect(told()).toEqual([true, true, false])
})
