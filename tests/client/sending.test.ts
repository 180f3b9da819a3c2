import { expect, test } from 'vitest'
import { givenClient, givenJoinedRoom } from './given-client.ts'
import { settled } from './virtual-clock.ts'

test('a message is sending until the server has it, then sent, each with an id of its own', async () => {
  const { server, room } = await givenJoinedRoom()
  const states: string[] = []
  room.on('outgoing', ({ content, state }) => states.push(`${content} ${state}`))
  const one = room.send({ content: 'one' })
  const two = room.broadcast({ content: 'two' })
  expect([one.state, two.state]).toEqual(['sending', 'sending'])
  expect(await one.done).toMatchObject({ seq: 1, chatRoomId: 'general' })
  await two.done
  expect(states).toEqual(['one sending', 'two sending', 'one sent', 'two sent'])
  expect(server.room('general').map(({ kind, clientMessageId }) => [kind, clientMessageId])).toEqual([
    ['text', one.clientMessageId],
    ['broadcast', two.clientMessageId],
  ])
  expect(one.clientMessageId).not.toBe(two.clientMessageId)
  expect(one.clientMessageId).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
})

test('a room’s messages go one after the other; another room doesn’t wait for them', async () => {
  const { client, server, room } = await givenJoinedRoom()
  server.override = ({ chatRoomId }) => (chatRoomId === 'general' ? 'nothing' : undefined)
  const [one, two] = [room.send({ content: 'one' }), room.send({ content: 'two' })]
  const other = client.room('other').send({ content: 'elsewhere' })
  await other.done
  expect(server.asked('sendMessage').map(({ content }) => content)).toEqual(['one', 'elsewhere'])
  const [first] = server.asked('sendMessage')
  server.override = () => undefined
  server.socket.push({ type: 'reply', ...first, ...(server.answer(first!, server.socket) as object) })
  await two.done
  expect(one.state).toBe('sent')
  expect(server.room('general').map(({ content }) => content)).toEqual(['one', 'two'])
})

test('what is written without a connection waits, and is sent in order after sync', async () => {
  const { client, server, clock, room } = await givenJoinedRoom()
  server.down = true
  server.socket.cut()
  const messages = ['one', 'two', 'three'].map((content) => room.send({ content }))
  await clock.advance(60_000)
  expect(messages.map(({ state }) => state)).toEqual(['sending', 'sending', 'sending'])
  server.down = false
  await clock.advance(20_000)
  expect(client.status).toBe('connected')
  expect(messages.map(({ state }) => state)).toEqual(['sent', 'sent', 'sent'])
  expect(server.socket.asked.map(({ action, content }) => content ?? action)).toEqual(['sync', 'one', 'two', 'three'])
})

test('a message whose answer was lost with the connection is sent again with its id, and is in the room once', async () => {
  const { server, clock, room, contents } = await givenJoinedRoom()
  server.override = (frame, socket) => {
    server.override = () => undefined
    server.answer(frame, socket)
    socket.cut()
    return 'nothing'
  }
  const message = room.send({ content: 'hello' })
  await clock.advance(1_000)
  expect(await message.done).toMatchObject({ seq: 1, duplicate: true })
  expect(server.asked('sendMessage').map(({ clientMessageId }) => clientMessageId)).toEqual([
    message.clientMessageId,
    message.clientMessageId,
  ])
  expect(contents).toEqual(['hello'])
})

test('a refused message has failed with the reason; those behind it go on, and retry sends it after them', async () => {
  const { server, room } = await givenJoinedRoom()
  server.override = ({ content }) =>
    content === 'bad' ? { error: { code: 'not_a_member', retryable: false } } : undefined
  const [bad, good] = [room.send({ content: 'bad' }), room.send({ content: 'good' })]
  await expect(bad.done).rejects.toMatchObject({ code: 'not_a_member', message: 'refused by the fake server' })
  await good.done
  expect([bad.state, bad.error?.code]).toEqual(['failed', 'not_a_member'])
  server.override = () => undefined
  bad.retry()
  expect([bad.state, bad.error]).toEqual(['sending', undefined])
  await bad.done
  bad.retry()
  expect(server.room('general').map(({ content }) => content)).toEqual(['good', 'bad'])
})

test('a message that the server fails to take five times has failed', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  server.override = () => ({ error: { code: 'internal', retryable: true } })
  const message = room.send({ content: 'hello' })
  await clock.advance(60_000)
  expect(message.state).toBe('failed')
  expect(server.asked('sendMessage')).toHaveLength(5)
})

test('connections that are lost don’t count as tries', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  let cuts = 0
  server.override = ({ action }, socket) => {
    if (action !== 'sendMessage' || ++cuts > 8) return undefined
    socket.cut()
    return 'nothing'
  }
  const message = room.send({ content: 'hello' })
  await clock.advance(200_000)
  expect(message.state).toBe('sent')
})

test('a full outbox refuses the message that is too many, which retry can send later', async () => {
  const { client, room } = await givenJoinedRoom({ outboxLimit: 2 })
  client.disconnect()
  const messages = ['one', 'two', 'three'].map((content) => room.send({ content }))
  expect(messages.map(({ state, error }) => [state, error?.code])).toEqual([
    ['sending', undefined],
    ['sending', undefined],
    ['failed', 'outbox_full'],
  ])
  await client.connect()
  await messages[1]!.done
  messages[2]!.retry()
  expect(await messages[2]!.done).toMatchObject({ seq: 3 })
})

test('a message sent before join is answered waits for it', async () => {
  const { client, server } = givenClient()
  await client.connect()
  server.room('general')
  const room = client.room('general')
  const joined = room.join()
  const message = room.send({ content: 'hello' })
  await joined
  await message.done
  expect(server.socket.asked.map(({ action }) => action)).toEqual(['sync', 'joinRoom', 'sendMessage'])
})

test('join and leave hold out until there is a connection, and leaving twice is leaving', async () => {
  const { client, server, clock } = givenClient()
  server.room('general')
  const room = client.room('general')
  const joined = room.join()
  await settled()
  await client.connect()
  await joined
  server.override = ({ action }, socket) => {
    if (action !== 'leaveRoom') return undefined
    server.override = (frame) =>
      frame.action === 'leaveRoom' ? { error: { code: 'not_a_member', retryable: false } } : undefined
    server.rooms.delete('general')
    socket.cut()
    return 'nothing'
  }
  const left = room.leave()
  await clock.advance(1_000)
  await left
  expect(room.joined).toBe(false)
})

test('join of a room that there is none of says so', async () => {
  const { client } = givenClient()
  await client.connect()
  await expect(client.room('nowhere').join()).rejects.toMatchObject({
    code: 'room_not_found',
    message: 'refused by the fake server',
    retryable: false,
  })
})
