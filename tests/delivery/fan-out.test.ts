import { database, tableName } from '../support/own-table.ts'
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { subscribeRows } from '../support/subscribe-rows.ts'
import { addMember, removeMember } from '../../src/entities/membership.ts'
import { putSession } from '../../src/entities/session.ts'
import { subscribe } from '../../src/entities/subscription.ts'
import { client } from '../../src/entities/table.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import type { RoomEvent } from '../../src/protocol/events.ts'
import type { Delivery } from '../../src/delivery/delivery.ts'
import { fanOut } from '../../src/delivery/fan-out.ts'
import { intercept } from '../support/intercept.ts'
import { unique } from '../support/runtime.ts'
import { failure, FakePost } from './fake-post.ts'
import { messageEvent } from '../support/message-event.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

let gateway: FakePost
beforeEach(() => {
  gateway = new FakePost()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Whether a query reads a range of subscriptions, and not the departures. */
const isRange = (input: object) => JSON.stringify(input).includes('BETWEEN')

const message = (chatRoomId: string, seq: number, content = `message ${seq}`) =>
  messageEvent(chatRoomId, seq, { content })

const delivery = (event: RoomEvent, more: Partial<Delivery> = {}): Delivery => ({ event, ...more })

async function subscribed(room: string, userIds: string[]): Promise<string[]> {
  const rows = userIds.map((userId) => ({
    chatRoomId: room,
    connectionId: unique('c='),
    userId,
    joinId: 'join-1',
    expiresAt: Math.ceil(Date.now() / 1_000) + 3_600,
  }))
  await subscribeRows(rows)
  return rows.map(({ connectionId }) => connectionId)
}

test('nothing to deliver asks nobody', async () => {
  const report = await fanOut([], gateway.post)
  expect(report.posts.delivered).toBe(0)
})

test('one consistent query reads the recipients of all of a room’s events', async () => {
  const room = unique('room')
  await subscribed(room, ['ada', 'bob'])
  const queries: object[] = []
  intercept(client, ({ input }, send) => {
    queries.push(input)
    return send()
  })
  await fanOut(
    Array.from({ length: 50 }, (_, i) => delivery(message(room, i + 1))),
    gateway.post,
  )
  expect(queries).toHaveLength(1)
  expect(queries[0]).toMatchObject({ ConsistentRead: true })
})

test('of many ranges each room has its first one read before any has its second', async () => {
  const [one, two, three] = [unique('one'), unique('two'), unique('three')]
  const read: string[] = []
  intercept(client, async ({ input }, send) => {
    const isOf = (name: string) => JSON.stringify(input).includes(`subscriptions#${name}`) && isRange(input)
    const room = [one, two, three].find(isOf)
    if (room) read.push(room)
    await send()
  })
  const range = (i: number) => ({ after: `0${i}#~`, through: `0${i + 1}` })
  await fanOut(
    [
      ...Array.from({ length: 6 }, (_, i) => delivery(message(one, 1), { range: range(i) })),
      delivery(message(two, 1), { range: range(0) }),
      delivery(message(three, 1), { range: range(0) }),
    ],
    gateway.post,
  )
  expect(read.slice(0, 3).sort()).toEqual([one, three, two].sort())
  expect(read).toHaveLength(8)
})

test('ranges that there is no time for are postponed', async () => {
  const room = unique('room')
  const read: string[] = []
  let now = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => now)
  intercept(client, async ({ input }, send) => {
    if (JSON.stringify(input).includes(`subscriptions#${room}`) && isRange(input)) {
      read.push(room)
      now += 8_000
    }
    await send()
  })
  const deliveries = Array.from({ length: 10 }, (_, i) =>
    delivery(message(room, 1), { range: { after: `0${i}#~`, through: `0${i + 1}` } }),
  )
  const { postponed, unread } = await fanOut(deliveries, gateway.post)
  expect(read).toHaveLength(4)
  expect(postponed).toEqual(deliveries.slice(4))
  expect(unread).toEqual([])
})

test('the report counts posts by outcome and events that arrived', async () => {
  const room = unique('room')
  const [one, two, three, four, five] = await subscribed(room, ['a', 'b', 'c', 'd', 'e'])
  const faults = new Map([
    [one, failure(410)],
    [two, failure(429)],
    [three, failure(503)],
    [four, failure(undefined, 'TimeoutError')],
  ])
  gateway.fault = (id) => {
    const fault = faults.get(id)
    if (fault) throw fault
  }
  const report = await fanOut([delivery(message(room, 1)), delivery(message(room, 2))], gateway.post)
  expect(report.posts).toEqual({ delivered: 1, gone: 1, throttled: 1, slow: 1, failed: 1 })
  expect(report.eventsDelivered).toBe(2)
  expect(gateway.heardBy(five!)).toEqual(['message 1', 'message 2'])
  expect(new Map(report.errors.map(({ connectionId, error }) => [connectionId, error]))).toEqual(faults)
})

test('after a frame that failed the next is not posted: it would come with a hole before it', async () => {
  const room = unique('room')
  const [whole, broken] = await subscribed(room, ['ada', 'bob'])
  let posts = 0
  gateway.fault = (id) => {
    if (id === broken && (posts += 1) === 2) throw failure(403)
  }
  const events = [1, 2, 3].map((seq) => message(room, seq, String(seq).repeat(16_000)))
  const report = await fanOut(
    [...events, message(room, 4, '4'.repeat(16_000)), message(room, 5, '5'.repeat(16_000))].map((event) =>
      delivery(event),
    ),
    gateway.post,
  )
  expect(gateway.eventsOf(whole!)).toHaveLength(5)
  expect(gateway.eventsOf(broken!)).toEqual(events.slice(0, 2))
  expect(report.posts).toMatchObject({ delivered: 4, failed: 1 })
})

test('who is left out by connection or by user hears nothing', async () => {
  const room = unique('room')
  const [origin, alsoAda, bob] = await subscribed(room, ['ada', 'ada', 'bob'])
  await fanOut(
    [
      delivery(message(room, 1), { exceptConnectionId: origin! }),
      delivery(
        { event: 'typing', chatRoomId: room, userId: 'ada', isTyping: true, expiresAt: 1 },
        { exceptUserId: 'ada' },
      ),
    ],
    gateway.post,
  )
  expect([origin, alsoAda, bob].map((id) => gateway.heardBy(id!))).toEqual([[], ['message 1'], ['message 1', 'typing']])
})

test('an event for single connections reaches nobody else, and needs no query', async () => {
  const room = unique('room')
  const [ada, bob] = await subscribed(room, ['ada', 'bob'])
  const sent: string[] = []
  intercept(client, ({ operation }, send) => {
    sent.push(operation)
    return send()
  })
  const event: RoomEvent = { event: 'roomAdded', chatRoomId: room, roomName: 'General', headSeq: 3 }
  await fanOut([delivery(event, { only: [{ connectionId: bob!, userId: 'bob', place: '00#bob' }] })], gateway.post)
  expect([ada, bob].map((id) => gateway.heardBy(id!))).toEqual([[], ['roomAdded']])
  expect(sent).toEqual([])
})

test('a 410 follows the session to the connection that it has moved to', async () => {
  const [chatRoomId, userId, sessionKey] = [unique('room'), unique('ada'), 'tab-1']
  const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600
  const [before, now] = [unique('c='), unique('c=')]
  const session = { userId, sessionKey, connectionId: before, expiresAt }
  await subscribe([{ session, room: { chatRoomId, joinId: 'join-1' } }])
  await putSession({ ...session, connectionId: now })
  gateway.fault = (id) => {
    if (id === before) throw failure(410)
  }
  const report = await fanOut([delivery(message(chatRoomId, 1))], gateway.post)
  expect(gateway.heardBy(now)).toEqual(['message 1'])
  expect(report.posts).toMatchObject({ delivered: 1, gone: 1 })
})

test('a 410 of a session that has not moved ends there', async () => {
  const [chatRoomId, userId, connectionId] = [unique('room'), unique('ada'), unique('c=')]
  const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600
  const session = { userId, sessionKey: 'tab-1', connectionId, expiresAt }
  await subscribe([{ session, room: { chatRoomId, joinId: 'join-1' } }])
  await putSession(session)
  gateway.fault = () => {
    throw failure(410)
  }
  const report = await fanOut([delivery(message(chatRoomId, 1))], gateway.post)
  expect(report.posts).toMatchObject({ delivered: 0, gone: 1 })
})

test('a subscription receives nothing once its membership has ended, in a huge room’s ranges too', async () => {
  const room = unique('room')
  const [ada, bob] = await subscribed(room, ['ada', 'bob'])
  await addMember({ chatRoomId: room, userId: 'bob', role: 'member', joinedAt: 1, joinId: 'join-2', joinedSeq: 0 })
  await removeMember({ chatRoomId: room, userId: 'bob', joinId: 'join-2' }, Date.now())
  // Written late, by a request that had read the membership before it ended.
  await subscribeRows([
    { chatRoomId: room, connectionId: bob!, userId: 'bob', joinId: 'join-2', expiresAt: 9_999_999_999 },
  ])
  await fanOut([delivery(message(room, 1))], gateway.post)
  await fanOut([delivery(message(room, 2), { range: { after: '00#', through: 'ff' } })], gateway.post)
  expect([ada, bob].map((id) => gateway.heardBy(id!))).toEqual([['message 1', 'message 2'], []])
})

test('a 410 whose clean-up fails is reported, and the others are served', async () => {
  const room = unique('room')
  const [gone, live] = await subscribed(room, ['ada', 'bob'])
  gateway.fault = (id) => {
    if (id === gone) throw failure(410)
  }
  intercept(client, async ({ operation }, send) => {
    if (operation === 'DeleteItem') throw new Error('throttled')
    return send()
  })
  const report = await fanOut([delivery(message(room, 1))], gateway.post)
  expect(gateway.heardBy(live!)).toEqual(['message 1'])
  expect(report.errors.map(({ outcome }) => outcome)).toEqual(['gone', 'gone', 'gone'])
})

test('a batch that takes too long posts no more: what is left counts as slow', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  gateway.fault = () => {
    vi.setSystemTime(Date.now() + 46_000)
  }
  const room = unique('room')
  const only = [{ connectionId: 'c=', userId: 'bob', place: '00#c=' }]
  const frames = [1, 2].map((seq) => delivery(message(room, seq, 'x'.repeat(20_000)), { only }))
  const { posts } = await fanOut(frames, gateway.post)
  expect(posts).toMatchObject({ delivered: 1, slow: 1 })
  expect(gateway.attempts).toHaveLength(1)
})

const receipts = (chatRoomId: string, of: Record<string, number>): RoomEvent => ({
  event: 'receipts',
  chatRoomId,
  receipts: of,
})

test('receipts go to the connections of the senders, all of a room in one event, the furthest of each reader', async () => {
  const room = unique('room')
  const [ada, bob, eve] = await subscribed(room, ['ada', 'bob', 'eve'])
  const toAda = (about: string, seq: number): Delivery =>
    delivery(receipts(room, { [about]: seq }), { toUsers: new Set(['ada']), about })
  await fanOut([toAda('bob', 3), toAda('eve', 2), toAda('bob', 1)], gateway.post)
  expect(gateway.eventsOf(ada!)).toEqual([receipts(room, { bob: 3, eve: 2 })])
  expect([bob, eve].map((id) => gateway.heardBy(id!))).toEqual([[], []])
})

test('no receipt tells of a user who has no subscription in the room', async () => {
  const room = unique('room')
  const [ada] = await subscribed(room, ['ada'])
  const stranger = { toUsers: new Set(['ada']), about: 'mal' }
  await fanOut([delivery(receipts(room, { mal: 3 }), stranger)], gateway.post)
  expect(gateway.heardBy(ada!)).toEqual([])
})

test.each([
  [100, 'small', 1],
  [101, 'medium', 0],
] as const)('a room of %i users is %s, whatever their connections', async (count, size, told) => {
  const room = unique('room')
  const users = Array.from({ length: count }, (_, i) => `user-${i}`)
  const [first] = await subscribed(room, [...users, 'user-0', 'user-1'])
  const seen = { toUsers: new Set(['user-0']), about: 'user-1' }
  const report = await fanOut([delivery(receipts(room, { 'user-1': 1 }), seen)], gateway.post)
  expect([...report.sizes]).toEqual([[room, size]])
  expect(gateway.heardBy(first!)).toHaveLength(told)
})
