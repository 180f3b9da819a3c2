import { expect, test } from 'vitest'
import { givenClient, givenJoinedRoom } from './given-client.ts'
import type { Asked } from './fake-server.ts'
import { settled, VirtualClock } from './virtual-clock.ts'

test('replies are matched by requestId, in whatever order they come', async () => {
  const { server, room } = await givenJoinedRoom()
  const asked: Asked[] = []
  server.override = (frame) => {
    asked.push(frame)
    return 'nothing'
  }
  const pages = [room.history({ limit: 1 }), room.history({ limit: 2 })]
  await settled()
  for (const { requestId, limit } of asked.toReversed()) {
    server.socket.push({ type: 'reply', action: 'getHistory', requestId, data: { messages: [], limit } })
  }
  expect(await Promise.all(pages)).toMatchObject([{ limit: 1 }, { limit: 2 }])
})

test('an answer that is an error rejects with its code, message and details', async () => {
  const { server, room } = await givenJoinedRoom()
  const error = {
    code: 'invalid_request',
    message: 'no',
    retryable: false,
    details: [{ path: 'limit', problem: 'big' }],
  }
  server.override = () => ({ error }) as never
  await expect(room.history({ limit: 101 })).rejects.toMatchObject({ ...error, name: 'ChatError' })
})

test('a request without an answer is tried again after 10 s, five times in all', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  server.override = (_, socket) => {
    // An empty frame shows that the server is alive.
    clock.setTimeout(() => socket.events(), 1)
    return 'nothing'
  }
  const history = room.history()
  const rejected = expect(history).rejects.toMatchObject({
    code: 'timeout',
    message: 'unable to get an answer; none came in 10000 ms',
    retryable: true,
  })
  await clock.advance(9_999)
  expect(server.asked('getHistory')).toHaveLength(1)
  await clock.advance(120_000)
  await rejected
  expect(server.asked('getHistory')).toHaveLength(5)
  expect(server.sockets).toHaveLength(1)
})

test('rate_limited is tried again after what the server says and a random wait on top', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  server.override = () => ({ error: { code: 'rate_limited', retryable: true, retryAfterMs: 4_000 } })
  const message = room.send({ content: 'hello' })
  await settled()
  server.override = () => undefined
  await clock.advance(4_999)
  expect(message.state).toBe('sending')
  await clock.advance(1)
  expect(message.state).toBe('sent')
})

test('a frame of the gateway fails the only request under way, which is tried again', async () => {
  const { server, clock, room } = await givenJoinedRoom({}, ['one'])
  server.override = (_, socket) => {
    server.override = () => undefined
    queueMicrotask(() => socket.push({ message: 'Internal server error', connectionId: 'c', requestId: 'theirs' }))
    return 'nothing'
  }
  const history = room.history()
  await clock.advance(1_500)
  expect((await history).messages).toHaveLength(1)
})

test('a frame of the gateway fails none of several requests: their timeouts do', async () => {
  const { server, clock, room } = await givenJoinedRoom()
  server.override = () => 'nothing'
  const pages = [room.history(), room.history()]
  await settled()
  server.socket.push({ message: 'Endpoint request timed out', connectionId: 'c', requestId: 'r2' })
  server.override = () => undefined
  await clock.advance(5_000)
  expect(server.asked('getHistory')).toHaveLength(2)
  await clock.advance(10_000)
  expect(await Promise.all(pages)).toHaveLength(2)
})

test.each(['not JSON', 'null', '7', '[]', '{"type":"news"}', '{"type":"reply","requestId":"r99","data":{}}'])(
  'a frame that is nobody’s is passed over: %s',
  async (data) => {
    const { server, room, errors } = await givenJoinedRoom({}, ['one'])
    server.socket.onmessage!({ data })
    expect((await room.history()).messages).toHaveLength(1)
    expect(errors).toEqual([])
  },
)

test('an event that the protocol has added since is passed over', async () => {
  const { server, contents, errors } = await givenJoinedRoom()
  server.socket.events(
    { event: 'weather' },
    { event: 'reaction', chatRoomId: 'general' },
    server.keep('general', 'one'),
  )
  expect(contents).toEqual(['one'])
  expect(errors).toEqual([])
})

test('a frame over 32 KB is never sent, for the gateway would close the connection', async () => {
  const { server, room } = await givenJoinedRoom()
  const message = room.send({ content: '\u0000'.repeat(6_000) })
  await expect(message.done).rejects.toMatchObject({
    code: 'too_large',
    message: 'unable to send; the frame is over 32768 bytes',
  })
  expect(server.asked('sendMessage')).toHaveLength(0)
})

test('the server’s time is a whole number of ms, as on the wire, whatever the ticks of the clock are', async () => {
  const clock = new VirtualClock()
  const ticking = Object.assign(clock, { monotonic: () => clock.now() / 7 })
  const { client } = givenClient({ clock: ticking })
  expect(client.serverNow).toBe(Math.floor(client.serverNow))
  await client.connect()
  await clock.advance(10)
  expect(client.serverNow).toBe(Math.floor(client.serverNow))
})
