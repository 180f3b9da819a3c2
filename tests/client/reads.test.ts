import { describe, expect, test } from 'vitest'
import type { UnreadState } from '../../client/index.ts'
import { type Given, givenClient, givenJoinedRoom } from './given-client.ts'
import { settled } from './virtual-clock.ts'

/** Makes the fake server one that keeps how far `me` has read. */
function withReads({ server }: Pick<Given, 'server'>) {
  server.features = ['sessions', 'reads']
  return server.markers
}

async function givenReads(history: string[] = [], options: Parameters<typeof givenClient>[0] = {}) {
  const given = await givenJoinedRoom(options, history)
  const markers = withReads(given)
  // The server announces the feature at the next connection.
  given.server.socket.cut()
  await given.clock.advance(1_000)
  const states: (UnreadState | undefined)[] = []
  given.room.on('unread', (state) => states.push(state))
  await given.clock.advance(100)
  /** Lets a message of bob's arrive. */
  const hear = async (content = 'hello', more: object = {}) => {
    given.server.socket.events(given.server.keep('general', content, more))
    await settled()
  }
  return { ...given, markers, states, hear }
}

const counts = (states: (UnreadState | undefined)[]) => states.map((state) => state?.count)

describe('threads with unread replies', () => {
  const summary = { root: { messageId: '0000000000000001', senderId: 'me' }, chatRoomId: 'general' }
  const unreadThread = { ...summary, readSeq: 1, unread: { count: 2, exact: true } }

  test('are listed only where the server has counted another number, also at the next connection', async () => {
    const given = await givenJoinedRoom({}, ['1', '2', '3'])
    withReads(given)
    given.server.features = ['sessions', 'reads', 'threads']
    const { client, server, clock } = given
    let count = 1
    server.override = ({ action, heads }) => {
      if (action === 'getThreads') return { data: { threads: count === 0 ? [] : [unreadThread] } }
      return action === 'getUnread' && heads ? { data: { rooms: {}, threads: { count } } } : undefined
    }
    server.socket.cut()
    await clock.advance(1_000)
    const told: number[] = []
    client.on('unreadThreads', (one) => told.push(one))
    await clock.advance(1_000)
    expect([told, server.asked('getThreads').length]).toEqual([[1], 1])
    server.socket.cut()
    await clock.advance(2_000)
    expect([client.unreadThreads, server.asked('getUnread').length, server.asked('getThreads').length]).toEqual([
      1, 2, 1,
    ])
    count = 0
    server.socket.cut()
    await clock.advance(2_000)
    expect([told, server.asked('getThreads').length]).toEqual([[1, 0], 2])
  })

  test('of more threads than the server counts are listed again only once a number has changed', async () => {
    const given = await givenJoinedRoom({}, ['1', '2', '3', '4'])
    withReads(given)
    given.server.features = ['sessions', 'reads', 'threads']
    const { client, server, clock } = given
    const rootOf = (n: number) => ({ messageId: `000000000000000${n}`, senderId: 'me' })
    const threads = [1, 2, 3].map((n) => ({ ...unreadThread, root: rootOf(n) }))
    let count = 1
    server.override = ({ action, heads }) => {
      if (action === 'getThreads') return { data: { threads } }
      return action === 'getUnread' && heads ? { data: { rooms: {}, threads: { count } } } : undefined
    }
    const reconnect = async () => {
      server.socket.cut()
      await clock.advance(10_000)
      return [client.unreadThreads, server.asked('getThreads').length]
    }
    client.on('unreadThreads', () => {})
    expect(await reconnect()).toEqual([3, 1])
    expect(await reconnect()).toEqual([3, 1])
    count = 2
    expect(await reconnect()).toEqual([3, 2])
    client.room('general').thread('0000000000000002').markRead()
    count = 1
    expect(await reconnect()).toEqual([2, 3])
  })
})

describe('what is unread', () => {
  test('is counted by the server, and from then on as messages arrive, of others only', async () => {
    const { room, client, states, hear, server } = await givenReads(['1', '2'])
    expect(room.unread).toEqual({ readSeq: 0, count: 2, exact: true, mentions: 0 })
    await hear('3')
    await hear('4', { senderId: 'me' })
    await hear('5')
    expect(counts(states)).toEqual([2, 3, 4])
    expect(client.unread).toEqual({ count: 4, mentions: 0, rooms: 1 })
    expect(server.asked('getUnread')).toHaveLength(1)
  })

  test('is asked for when the application looks, in one request for all rooms, in the order of their ids', async () => {
    const given = givenClient()
    withReads(given)
    const { server, client, clock } = given
    for (const id of ['b', 'a', 'c']) server.keep(id, 'hello')
    await client.connect()
    await clock.advance(1_000)
    expect(server.asked('getUnread')).toEqual([])
    const totals: unknown[] = []
    client.on('unread', (one) => totals.push(one))
    await clock.advance(1_000)
    expect(server.asked('getUnread').map(({ heads }) => Object.keys(heads as object))).toEqual([['a', 'b', 'c']])
    expect(totals.at(-1)).toEqual({ count: 3, mentions: 0, rooms: 3 })
  })

  test('is unknown with a server that has no reads, which is asked for nothing', async () => {
    const { room, client, server, clock } = await givenJoinedRoom({}, ['1'])
    expect(room.unread).toBeUndefined()
    room.markRead()
    await clock.advance(600_000)
    expect(client.unread).toEqual({ count: 0, mentions: 0, rooms: 0 })
    expect([...server.asked('markRead'), ...server.asked('getUnread')]).toEqual([])
  })

  test('is counted again after a reconnect, because another device may have read on', async () => {
    const { room, markers, server, clock } = await givenReads(['1', '2'])
    server.socket.cut()
    markers.set('general', 2)
    await clock.advance(2_000)
    expect(room.unread).toMatchObject({ readSeq: 2, count: 0 })
  })

  test('is forgotten with the room', async () => {
    const { room, client, states } = await givenReads(['1'])
    await room.leave()
    expect(states.at(-1)).toBeUndefined()
    expect(client.unread.count).toBe(0)
  })

  test('counts neither a reply that only its thread shows, nor the same message twice; mentions are told apart', async () => {
    const { room, hear, server } = await givenReads()
    await hear('in a thread', { threadId: '0000000000000001' })
    await hear('in both', { threadId: '0000000000000001', inRoom: true, mentions: ['me'] })
    await hear('to all', { mentionsRoom: true })
    server.socket.events(server.room('general').at(-1)!)
    expect(room.unread).toMatchObject({ count: 2, mentions: 2 })
  })
})

describe('marking', () => {
  test('shows at once, and goes to the server once in the time of the room, for all rooms together', async () => {
    const { room, client, server, clock, hear, states } = await givenReads(['1', '2'])
    server.keep('other', 'hello')
    const other = client.room('other')
    await other.join({ after: 0 })
    await clock.advance(200)
    room.markRead(1)
    room.markRead()
    other.markRead()
    expect(counts(states).at(-1)).toBe(0)
    await hear('3')
    room.markRead()
    room.markRead(2)
    expect([room, other].map(({ unread }) => unread?.readSeq)).toEqual([3, 1])
    expect(server.asked('markRead')).toEqual([])
    await clock.advance(2_000)
    expect(server.asked('markRead').map(({ reads }) => reads)).toEqual([{ general: 3, other: 1 }])
    await clock.advance(60_000)
    expect(server.asked('markRead')).toHaveLength(1)
  })

  test('waits as long as the server announces for the room', async () => {
    const given = givenClient()
    withReads(given)
    const { server, client, clock } = given
    server.keep('hall', 'hello')
    server.facts.set('hall', { readEveryMs: 30_000 })
    await client.connect()
    client.room('hall').markRead()
    await clock.advance(29_000)
    expect(server.asked('markRead')).toEqual([])
    await clock.advance(1_000)
    expect(server.asked('markRead')).toHaveLength(1)
  })

  test('of a part is counted again by the server, after the mark', async () => {
    const { room, server, clock } = await givenReads(['1', '2', '3', '4'])
    room.markRead(2)
    expect(room.unread).toMatchObject({ readSeq: 2, count: 2 })
    server.room('general').splice(2, 1)
    await clock.advance(2_200)
    expect(room.unread).toEqual({ readSeq: 2, count: 1, exact: true, mentions: 0 })
  })

  test('without a connection waits for one, the furthest only', async () => {
    const { room, server, clock, markers } = await givenReads(['1', '2'])
    server.down = true
    server.socket.cut()
    room.markRead(1)
    room.markRead(2)
    await clock.advance(60_000)
    expect(markers.get('general')).toBeUndefined()
    server.down = false
    await clock.advance(60_000)
    expect(markers.get('general')).toBe(2)
    expect(server.asked('markRead')).toHaveLength(1)
  })

  test('is sent at once before the client disconnects', async () => {
    const { room, client, markers } = await givenReads(['1'])
    room.markRead()
    client.disconnect()
    expect(markers.get('general')).toBe(1)
  })

  test('that the server can’t take now is sent again, and one that it refuses is not', async () => {
    const { room, server, clock, markers, hear } = await givenReads(['1'])
    const { override } = server
    let code: 'unavailable' | 'invalid_request' | undefined = 'unavailable'
    server.override = (frame, socket) =>
      frame.action === 'markRead' && code !== undefined
        ? { error: { code, retryable: code === 'unavailable' } }
        : override(frame, socket)
    room.markRead()
    await clock.advance(2_000)
    expect(markers.get('general')).toBeUndefined()
    code = undefined
    await clock.advance(10_000)
    expect(markers.get('general')).toBe(1)
    code = 'invalid_request'
    await hear('2')
    room.markRead()
    await clock.advance(60_000)
    expect(server.asked('markRead')).toHaveLength(3)
  })

  test('is private when the application says so', async () => {
    const { room, server, clock } = await givenReads(['1'], { receipts: 'private' })
    room.markRead()
    await clock.advance(2_000)
    expect(server.asked('markRead')).toMatchObject([{ reads: { general: 1 }, private: true }])
  })

  test('is private or not as the application says at the time', async () => {
    let receipts: 'private' | 'shared' = 'private'
    const { room, server, clock } = await givenReads(['1', '2'], { receipts: () => receipts })
    room.markRead(1)
    await clock.advance(5_000)
    receipts = 'shared'
    room.markRead(2)
    await clock.advance(5_000)
    expect(server.asked('markRead').map((frame) => 'private' in frame)).toEqual([true, false])
  })

  test('goes with what is sent: who sends has read, where the application marks at all', async () => {
    const { room, server, clock, markers } = await givenReads(['1', '2'])
    await room.send({ content: 'a bot marks nothing' }).done
    await clock.advance(60_000)
    expect(server.asked('markRead')).toEqual([])
    room.markRead(1)
    await room.send({ content: 'hello' }).done
    await clock.advance(2_000)
    expect(markers.get('general')).toBe(4)
    expect(room.unread).toMatchObject({ readSeq: 4, count: 0 })
  })
})

describe('another device', () => {
  const read = (seq: number, at: number) => ({ event: 'read', chatRoomId: 'general', seq, at })

  test('that has read on takes the badge away; of two events the later one holds, whichever comes first', async () => {
    const { room, server, clock, markers } = await givenReads(['1', '2', '3'])
    markers.set('general', 1)
    server.socket.events(read(1, 200))
    await clock.advance(200)
    expect(room.unread).toMatchObject({ readSeq: 1, count: 2 })
    server.socket.events(read(3, 100))
    await clock.advance(200)
    expect(room.unread).toMatchObject({ readSeq: 1, count: 2 })
    markers.set('general', 3)
    server.socket.events(read(3, 300))
    expect(room.unread).toMatchObject({ readSeq: 3, count: 0 })
  })

  test('that has made something unread is not overruled by a mark that waited', async () => {
    const { room, server, clock, markers } = await givenReads(['1', '2', '3'])
    room.markRead()
    markers.set('general', 1)
    server.socket.events(read(1, 200))
    await clock.advance(5_000)
    expect(markers.get('general')).toBe(1)
    expect(server.asked('markRead')).toEqual([])
    expect(room.unread).toMatchObject({ readSeq: 1, count: 2 })
  })

  test('that has marked ahead and taken it back is counted again for what arrives while the server counts', async () => {
    const { room, server, clock, hear } = await givenReads(['1'])
    const { override } = server
    const asked: { requestId: string }[] = []
    server.override = (frame, socket) => {
      if (frame.action !== 'getUnread' || asked.length > 0) return override(frame, socket)
      asked.push(frame)
      return 'nothing'
    }
    server.socket.events(read(3, 100), read(0, 200))
    await clock.advance(100)
    for (const content of ['2', '3']) await hear(content)
    const counted = { readSeq: 0, count: 1, exact: true, mentions: 0 }
    const data = { rooms: { general: counted }, threads: { count: 0 } }
    server.socket.push({ type: 'reply', action: 'getUnread', requestId: asked[0]!.requestId, data })
    await clock.advance(200)
    expect(room.unread).toEqual({ ...counted, count: 3 })
  })

  test('has a thread’s marker apart', async () => {
    const { room, server } = await givenReads(['1', '2'])
    server.socket.events({ ...read(2, 200), threadId: '0000000000000001' })
    expect(room.unread).toMatchObject({ readSeq: 0, count: 2 })
  })
})

test('markUnread makes a message and what follows unread again, whatever waited to be sent', async () => {
  const { room, clock, markers, server } = await givenReads(['1', '2', '3'])
  room.markRead()
  await clock.advance(2_000)
  await room.markUnread(2)
  await clock.advance(200)
  expect(room.unread).toEqual({ readSeq: 1, count: 2, exact: true, mentions: 0 })
  expect(markers.get('general')).toBe(1)
  // An older event that arrives late.
  server.socket.events({ event: 'read', chatRoomId: 'general', seq: 3, at: clock.now() - 1_000 })
  expect(room.unread).toMatchObject({ readSeq: 1 })
})

test('markUnread keeps what was read before that message, though it was not sent yet', async () => {
  const { room, clock, markers } = await givenReads(['1', '2', '3'])
  room.markRead()
  await room.markUnread(3)
  await clock.advance(200)
  expect(room.unread).toMatchObject({ readSeq: 2, count: 1 })
  expect(markers.get('general')).toBe(2)
})

test('receipts are asked for, and told as others read', async () => {
  const { room, server } = await givenReads(['1'])
  const told: object[] = []
  room.on('receipts', (receipts) => told.push(receipts))
  expect(await room.receipts()).toEqual({ bob: 2 })
  server.socket.events({ event: 'receipts', chatRoomId: 'general', receipts: { cleo: 1 } })
  expect(told).toEqual([{ cleo: 1 }])
})

describe('what wakes this user', () => {
  test('is all until something else is chosen, here or on another device; the later choice holds', async () => {
    const { room, server, clock } = await givenReads(['1'])
    const shown: unknown[] = []
    room.on('updated', () => shown.push(room.notify))
    expect(room.notify).toEqual({ level: 'all' })
    await room.setNotifications('mentions')
    expect(server.asked('setNotifications')).toMatchObject([{ chatRoomId: 'general', level: 'mentions' }])
    const choose = (level: 'all' | 'none', levelAt: number) =>
      server.socket.events({ event: 'read', chatRoomId: 'general', seq: 0, at: 0, level, levelAt })
    choose('none', clock.now() + 10)
    // An older event that arrives late.
    choose('all', clock.now() - 1_000)
    expect(shown).toEqual([{ level: 'mentions' }, { level: 'none' }])
  })

  test('is all again when its time is over', async () => {
    const { room, clock } = await givenReads(['1'])
    const until = clock.now() + 60_000
    await room.setNotifications('none', until)
    expect(room.notify).toEqual({ level: 'none', until })
    await clock.advance(60_000)
    expect(room.notify).toEqual({ level: 'all' })
  })

  test('is taken over from sync, unless a later choice has been told meanwhile', async () => {
    const { room, server, clock } = await givenReads(['1'])
    server.notify = { general: { level: 'none' } }
    server.socket.cut()
    await clock.advance(5_000)
    expect(room.notify).toEqual({ level: 'none' })
    const levelAt = clock.now() + 60_000
    server.socket.events({ event: 'read', chatRoomId: 'general', seq: 0, at: 0, level: 'mentions', levelAt })
    server.socket.cut()
    await clock.advance(5_000)
    expect(room.notify).toEqual({ level: 'mentions' })
  })
})
