import { database, tableName } from '../support/own-table.ts'
import { Metrics } from '@aws-lambda-powertools/metrics'
import type { DynamoDBRecord } from 'aws-lambda'
import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { Connection, putConnection } from '../../src/entities/connection.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { addMember, Membership, removeMember } from '../../src/entities/membership.ts'
import { messageIdOf, putMessage } from '../../src/entities/message.ts'
import { Reaction } from '../../src/entities/reaction.ts'
import { getRoom, nextSeq } from '../../src/entities/chat-room.ts'
import { RoomState, stateKey } from '../../src/entities/room-state.ts'
import { putSession, sessionsOfUser } from '../../src/entities/session.ts'
import { subscriptionsOfRoom } from '../../src/entities/subscription.ts'
import { client } from '../../src/entities/table.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { auditActions } from '../../src/protocol/room-kinds.ts'
import { streamHandler } from '../../src/streams/handler.ts'
import { CoalescingWindow } from '../../src/streams/coalescing-window.ts'
import { intercept } from '../support/intercept.ts'
import { ownSession, subscribeRows } from '../support/subscribe-rows.ts'
import { unique } from '../support/runtime.ts'
import { failure, FakePost } from '../delivery/fake-post.ts'
import {
  auditEntry,
  auditRecord,
  connection,
  connectionRecord,
  type Image,
  imageOf,
  membership,
  membershipRecord,
  message,
  messageImage,
  messageRecord,
  recordOf,
  typingRecord,
} from './records.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

let gateway: FakePost
let handle: (...records: DynamoDBRecord[]) => Promise<string[]>
beforeEach(() => {
  gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  handle = async (...records) => {
    const { batchItemFailures } = await handler({ Records: records })
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})

const inAnHour = () => Math.ceil(Date.now() / 1_000) + 3_600

/** Creates a connection in the table that is subscribed to these rooms. */
async function listening(userId: string, chatRoomIds: string[], { joinId = 'join-1', expiresAt = inAnHour() } = {}) {
  const connectionId = unique('c=')
  await putConnection({ ...connection(connectionId, userId), expiresAt })
  await putSession(ownSession({ connectionId, userId, expiresAt }))
  await subscribeRows(chatRoomIds.map((chatRoomId) => ({ chatRoomId, connectionId, userId, joinId, expiresAt })))
  return connectionId
}

const subscribersOf = async (chatRoomId: string) =>
  (await subscriptionsOfRoom(chatRoomId, 0)).subscriptions.map(({ connectionId }) => connectionId)

const sequenceNumberOf = (record: DynamoDBRecord) => record.dynamodb!.SequenceNumber!

const withoutSender = (chatRoomId: string, seq: number): DynamoDBRecord => {
  const image: Image = messageImage(message(chatRoomId, seq))
  delete image.SenderId
  return recordOf('INSERT', image)
}

test("a room's messages reach all of its subscriptions in one frame each, in seq order", async () => {
  const room = unique('room')
  const ids = await Promise.all(['ada', 'bob', 'bob'].map((user) => listening(user, [room])))
  expect(await handle(messageRecord(room, 3), messageRecord(room, 1), messageRecord(room, 2))).toEqual([])
  for (const id of ids) expect(gateway.heardBy(id)).toEqual(['message 1', 'message 2', 'message 3'])
  expect(gateway.delivered).toHaveLength(3)
})

test('at the rate of 100 messages a second a batch of the window takes one post for ten events at most', async () => {
  const { window } = loadStack().stream
  const room = unique('room')
  const ids = await Promise.all(Array.from({ length: 100 }, (_, i) => listening(`user-${i}`, [room])))
  const perBatch = (100 * window.milliseconds) / 1_000
  for (let first = 1; first <= 100; first += perBatch) {
    await handle(...Array.from({ length: perBatch }, (_, i) => messageRecord(room, first + i)))
  }
  const events = ids.reduce((sum, id) => sum + gateway.eventsOf(id).length, 0)
  expect(events).toBe(100 * 100)
  expect(gateway.delivered.length / events).toBeLessThanOrEqual(0.1)
})

test('the handler ends when its window lets it, which is asked after the posts', async () => {
  const room = unique('room')
  await listening('ada', [room])
  const steps: string[] = []
  class Noting extends CoalescingWindow {
    override async hold(): Promise<void> {
      steps.push(`held after ${gateway.delivered.length} post`)
      await new Promise(setImmediate)
      steps.push('let go')
    }
  }
  const handler = streamHandler(gateway.post, new Noting(loadStack().stream.window))
  await handler({ Records: [messageRecord(room, 1), messageRecord(room, 2)] })
  expect(steps).toEqual(['held after 1 post', 'let go'])
})

test('the window is told how many reactions there were, and of how many users on one message', async () => {
  const more: unknown[] = []
  class Noting extends CoalescingWindow {
    override async hold(_startedAt: number, _deliveries: unknown, of: object): Promise<void> {
      more.push(of)
    }
  }
  const handler = streamHandler(gateway.post, new Noting(loadStack().stream.window))
  const chatRoomId = unique('room')
  const reaction = (userId: string, seq: number, name: string) => {
    const row = { chatRoomId, messageId: messageIdOf(seq), reaction: name, userId, at: 1 }
    return recordOf('INSERT', imageOf(Reaction.put(row)))
  }
  const ofEve = Array.from({ length: 30 }, (_, i) => reaction('eve', 1, `r${i}`))
  await handler({ Records: [...ofEve, reaction('bob', 1, 'r0'), reaction('dan', 2, 'r0')] })
  expect(more).toEqual([{ reactions: 32, reactors: 2, recipients: 0 }])
})

test("a connection gets the messages of all its rooms together, and nobody those of another's", async () => {
  const [one, two] = [unique('one'), unique('two')]
  const both = await listening('ada', [one, two])
  const only = await listening('bob', [two])
  await handle(messageRecord(one, 1, { content: 'in one' }), messageRecord(two, 1, { content: 'in two' }))
  expect(gateway.delivered.filter(({ connectionId }) => connectionId === both)).toHaveLength(1)
  expect(gateway.heardBy(both).sort()).toEqual(['in one', 'in two'])
  expect(gateway.heardBy(only)).toEqual(['in two'])
})

test('the sending connection hears its broadcast and not its text', async () => {
  const room = unique('room')
  const [origin, other] = [await listening('ada', [room]), await listening('ada', [room])]
  await handle(
    messageRecord(room, 1, { originConnectionId: origin, content: 'text' }),
    messageRecord(room, 2, { originConnectionId: origin, content: 'broadcast', kind: 'broadcast' }),
  )
  expect(gateway.heardBy(origin)).toEqual(['broadcast'])
  expect(gateway.heardBy(other)).toEqual(['text', 'broadcast'])
})

test('a record that is twice in a batch is delivered once', async () => {
  const room = unique('room')
  const id = await listening('ada', [room])
  const record = messageRecord(room, 1)
  await handle(record, messageRecord(room, 2), record)
  expect(gateway.heardBy(id)).toEqual(['message 1', 'message 2'])
})

test('a subscription that has expired is not posted to', async () => {
  const room = unique('room')
  const expired = await listening('ada', [room], { expiresAt: Math.floor(Date.now() / 1_000) - 1 })
  const live = await listening('bob', [room])
  await handle(messageRecord(room, 1))
  expect(gateway.attempts).toEqual([live])
  expect(await subscribersOf(room)).toContain(expired)
})

test.each([
  ['with its name', failure(410, 'GoneException')],
  ['without the header that names it', failure(410)],
])('a 410 %s deletes exactly that connection, and the others get everything', async (_, gone) => {
  const room = unique('room')
  const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => listening(`user-${i}`, [room])))
  // The first connection by hash is posted to first.
  const [first] = await subscribersOf(room)
  gateway.fault = (id) => {
    if (id === first) throw gone
  }
  expect(await handle(messageRecord(room, 1), messageRecord(room, 2))).toEqual([])
  const others = ids.filter((id) => id !== first)
  for (const id of others) expect(gateway.heardBy(id)).toEqual(['message 1', 'message 2'])
  expect((await subscribersOf(room)).sort()).toEqual(others.sort())
  const { data } = await Connection.get(ids.map((connectionId) => ({ connectionId }))).go()
  expect(data.map(({ connectionId }) => connectionId).sort()).toEqual(others)
})

test.each([
  ['429', failure(429)],
  ['503', failure(503)],
  ['403', failure(403)],
  ['a timeout', failure(undefined, 'TimeoutError')],
])('%s to the last attempt evicts nobody, fails no record, and the others get everything', async (_, error) => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const room = unique('room')
  const ids = await Promise.all(['ada', 'bob', 'eve'].map((user) => listening(user, [room])))
  const [first] = await subscribersOf(room)
  gateway.fault = (id) => {
    if (id === first) throw error
  }
  expect(await handle(messageRecord(room, 1))).toEqual([])
  for (const id of ids) expect(gateway.heardBy(id)).toEqual(id === first ? [] : ['message 1'])
  expect((await subscribersOf(room)).sort()).toEqual(ids.sort())
})

test('what became of the posts is counted in metrics', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const addMetric = vi.spyOn(Metrics.prototype, 'addMetric')
  const room = unique('room')
  const [fine, slow, throttled, broken] = await Promise.all(
    ['ada', 'bob', 'eve', 'dan'].map((user) => listening(user, [room])),
  )
  const faults = new Map([
    [slow, failure(undefined, 'TimeoutError')],
    [throttled, failure(429)],
    [broken, failure(403)],
  ])
  gateway.fault = (id) => {
    const fault = faults.get(id)
    if (fault) throw fault
  }
  await handle(messageRecord(room, 1))
  expect(gateway.heardBy(fine!)).toEqual(['message 1'])
  expect(Object.fromEntries(addMetric.mock.calls.map(([name, , count]) => [name, count]))).toEqual({
    DeliveryLatency: expect.any(Number) as number,
    PostsDelivered: 1,
    PostsGone: 0,
    PostsThrottled: 1,
    PostsSlow: 1,
    PostsFailed: 1,
    PostsSkipped: 0,
    EventsDelivered: 1,
    RecordsFailed: 0,
  })
})

test('a recipient that does not answer holds back nobody else', async () => {
  const room = unique('room')
  const ids = await Promise.all(['ada', 'bob', 'eve'].map((user) => listening(user, [room])))
  const [slow] = await subscribersOf(room)
  let answer = () => {}
  const held = new Promise<void>((resolve) => (answer = resolve))
  gateway.fault = (id) => (id === slow ? held : undefined)
  const handled = handle(messageRecord(room, 1))
  await expect.poll(() => gateway.delivered.length).toBe(ids.length - 1)
  answer()
  await handled
  expect(gateway.delivered.at(-1)?.connectionId).toBe(slow)
})

test('a record that cannot be read is reported when others came before it, and they go out once', async () => {
  const room = unique('room')
  const id = await listening('ada', [room])
  const poison = withoutSender(room, 2)
  expect(await handle(messageRecord(room, 1), poison, messageRecord(room, 3))).toEqual([sequenceNumberOf(poison)])
  expect(gateway.heardBy(id)).toEqual(['message 1', 'message 3'])
})

test('a record that cannot be read is reported when it is alone', async () => {
  const poison = withoutSender(unique('room'), 1)
  expect(await handle(poison)).toEqual([sequenceNumberOf(poison)])
})

test('a batch that begins with an unreadable record throws, to be split, after the others were posted', async () => {
  const room = unique('room')
  const id = await listening('ada', [room])
  await expect(handle(withoutSender(room, 1), messageRecord(room, 2))).rejects.toThrow(
    'unable to process the first record',
  )
  expect(gateway.heardBy(id)).toEqual(['message 2'])
})

test('when the subscriptions of a room cannot be read, its records come again and the other rooms go out', async () => {
  const [broken, whole] = [unique('broken'), unique('whole')]
  const inBroken = await listening('ada', [broken])
  const inWhole = await listening('bob', [whole])
  let throttled = true
  intercept(client, async ({ input }, send) => {
    if (!throttled || !JSON.stringify(input).includes(`subscriptions#${broken}`)) return send()
    throw new DynamoDBServiceException({
      name: 'ThrottlingException',
      message: 'throttled',
      $fault: 'client',
      $metadata: {},
    })
  })
  const [good, lost, also] = [messageRecord(whole, 1), messageRecord(broken, 1), messageRecord(broken, 2)]
  expect((await handle(good, lost, also)).sort()).toEqual([lost, also].map(sequenceNumberOf))
  expect(gateway.heardBy(inWhole)).toEqual(['message 1'])
  throttled = false
  expect(await handle(lost, also)).toEqual([])
  expect(gateway.heardBy(inBroken)).toEqual(['message 1', 'message 2'])
})

test('a removed connection’s session ends, and no other does', async () => {
  const user = unique('ada')
  const [dead, alive] = [await listening(user, []), await listening(user, [])]
  const record = connectionRecord('REMOVE', connection(dead, user))
  await handle(record)
  await handle(record)
  expect((await sessionsOfUser(user, 0)).map(({ connectionId }) => connectionId)).toEqual([alive])
})

test('a session that a later connection has taken over survives the end of the one before', async () => {
  const user = unique('ada')
  const session = { userId: user, sessionKey: 'tab', expiresAt: inAnHour() }
  await putSession({ ...session, connectionId: 'later=' })
  await handle(connectionRecord('REMOVE', { ...connection('earlier=', user), sessionKey: 'tab' }))
  expect(await sessionsOfUser(user, 0)).toMatchObject([{ connectionId: 'later=' }])
})

test('nobody’s end stands before anybody’s message: 499 connections that ended are worked after the post', async () => {
  const room = unique('room')
  await listening('ada', [room])
  const order: string[] = []
  gateway.fault = () => {
    order.push('post')
  }
  intercept(client, ({ operation }, send) => {
    if (operation === 'DeleteItem') order.push('end')
    return send()
  })
  const ends = Array.from({ length: 499 }, (_, i) => connectionRecord('REMOVE', connection(`dead-${i}=`, `user-${i}`)))
  await handle(...ends, messageRecord(room, 1))
  expect(order.indexOf('post')).toBe(0)
  // Its session, and its row among the user's connections.
  expect(order.filter((one) => one === 'end')).toHaveLength(499)
})

test('the others receive typing, but not when it is over', async () => {
  const room = unique('room')
  const ada = await listening('ada', [room])
  const bob = await listening('bob', [room])
  const until = Date.now() + 8_000
  await handle(typingRecord('INSERT', { chatRoomId: room, userId: 'ada', isTyping: true, until }))
  await handle(typingRecord('MODIFY', { chatRoomId: room, userId: 'ada', isTyping: true, until: Date.now() - 1 }))
  expect(gateway.heardBy(ada)).toEqual([])
  expect(gateway.eventsOf(bob)).toEqual([
    { event: 'typing', chatRoomId: room, userId: 'ada', isTyping: true, expiresAt: until },
  ])
})

/** Creates a room with ada in it. The others are connected but not members. */
async function roomWithOthers(others: string[], { chatRoomId: room = unique('room') } = {}) {
  await createRoom({
    chatRoomId: room,
    roomName: 'General',
    access: 'r',
    createdBy: 'ada',
    createdAt: Date.now(),
    members: ['ada'],
    session: ownSession({ userId: 'ada', connectionId: unique('c='), expiresAt: 0 }),
  })
  const users = others.map((name) => unique(name))
  const connections = await Promise.all(users.map((user) => listening(user, [])))
  return { room, users, connections, ada: await listening('ada', [room], { joinId: 'ada-1' }) }
}

test('a new member is subscribed before anything is posted, and receives the messages of the same batch', async () => {
  const { room, users, connections, ada } = await roomWithOthers(['bob'])
  const row = membership(room, users[0]!)
  await addMember(row)
  await handle(messageRecord(room, 1), membershipRecord('INSERT', row))
  expect(gateway.heardBy(connections[0]!)).toEqual(['message 1', 'roomAdded', 'memberJoined'])
  expect(gateway.heardBy(ada)).toEqual(['message 1', 'memberJoined'])
})

test('who is put into a room is told on all connections by whom, into which and as what', async () => {
  const { room, users, connections } = await roomWithOthers(['bob'])
  const [userId] = users as [string]
  const second = await listening(userId, [])
  const row = membership(room, userId, { role: 'guest', addedBy: 'ada' })
  await addMember(row)
  await handle(membershipRecord('INSERT', row))
  const roomAdded = { event: 'roomAdded', chatRoomId: room, roomName: 'General', headSeq: 0, access: 'private' }
  for (const id of [connections[0]!, second]) {
    expect(gateway.eventsOf(id)[0]).toEqual({ ...roomAdded, role: 'guest', by: 'ada' })
  }
})

test('who joins by themselves, or writes first in a direct room, is told of it on the others, by nobody', async () => {
  const { room, users, connections } = await roomWithOthers(['bob'], { chatRoomId: unique('dm:') })
  const row = membership(room, users[0]!, { role: 'guest' })
  await addMember(row)
  await handle(membershipRecord('INSERT', row))
  expect(gateway.eventsOf(connections[0]!)[0]).toEqual({
    ...{ event: 'roomAdded', chatRoomId: room, roomName: 'General', headSeq: 0, access: 'direct' },
    role: 'member',
  })
})

test.each([
  ['kick', {}, { reason: 'kicked' }],
  ['ban', { until: 1_900_000_000_000, reason: 'spam' }, { reason: 'banned', until: 1_900_000_000_000, note: 'spam' }],
] as const)(
  'who is shown out by a %s hears it on all connections, and nothing of the room after it',
  async (action, more, told) => {
    const { room, users, connections, ada } = await roomWithOthers(['bob'])
    const [userId] = users as [string]
    const row = membership(room, userId)
    await addMember(row)
    const bob = [connections[0]!, await listening(userId, [])]
    await handle(membershipRecord('INSERT', row))
    gateway.delivered.length = 0
    const entry = auditEntry(room, action, { userId, joinId: row.joinId, ...more })
    await removeMember(row, Date.now(), { audit: entry })
    // The record of an end may come before or after that of the entry, in a batch with older and newer messages.
    await handle(messageRecord(room, 1), auditRecord(entry), membershipRecord('REMOVE', row), messageRecord(room, 2))
    for (const id of bob) expect(gateway.eventsOf(id)).toEqual([{ event: 'removed', chatRoomId: room, ...told }])
    expect(gateway.heardBy(ada).sort()).toEqual(['memberLeft', 'message 1', 'message 2'])
  },
)

test('who is in again by the time, or was never in, is not told', async () => {
  const { room, users, connections } = await roomWithOthers(['bob', 'mal'])
  const [bob, mal] = users as [string, string]
  await addMember(membership(room, bob, { joinId: 'join-2' }))
  await handle(
    auditRecord(auditEntry(room, 'kick', { userId: bob, joinId: 'join-1' })),
    auditRecord(auditEntry(room, 'ban', { userId: mal })),
  )
  for (const id of connections) expect(gateway.eventsOf(id)).toEqual([])
})

test('the end of a room is told to all who are in it', async () => {
  const room = unique('room')
  const ids = await Promise.all(['ada', 'bob'].map((user) => listening(user, [room])))
  await handle(auditRecord(auditEntry(room, 'deleteRoom')))
  const removed = { event: 'removed', chatRoomId: room, reason: 'roomDeleted' }
  for (const id of ids) expect(gateway.eventsOf(id)).toEqual([removed])
})

test('what else is done in a room is told to nobody', async () => {
  const { room, ada } = await roomWithOthers([])
  const others = auditActions.filter((action) => !['kick', 'ban', 'deleteRoom'].includes(action))
  await handle(...others.map((action) => auditRecord(auditEntry(room, action, { userId: 'ada', joinId: 'ada-1' }))))
  expect(gateway.eventsOf(ada)).toEqual([])
})

test('a new member whose record was held up is sent what went by meanwhile, once', async () => {
  const { room, users, connections } = await roomWithOthers(['bob'])
  const row = membership(room, users[0]!, { joinedAt: Date.now() - 10_000 })
  await addMember(row)
  const said = message(room, (await nextSeq(room, Date.now())).seq, {
    timestamp: Date.now() - 5_000,
    content: 'went by',
  })
  await putMessage(said)
  await handle(membershipRecord('INSERT', row), messageRecord(room, 1, said))
  expect(gateway.heardBy(connections[0]!).filter((heard) => heard === 'went by')).toHaveLength(1)
})

test('who has left is unsubscribed before what was said in the same batch goes out', async () => {
  const { room, users, ada } = await roomWithOthers(['bob'])
  const bob = await listening(users[0]!, [room])
  await handle(messageRecord(room, 1), membershipRecord('REMOVE', membership(room, users[0]!)))
  expect(gateway.heardBy(bob)).toEqual([])
  expect(gateway.heardBy(ada)).toEqual(['message 1', 'memberLeft'])
})

/** Returns records of users who were added to a room when it was created, or who have left it. */
const strangers = (eventName: 'INSERT' | 'REMOVE', chatRoomId: string, count: number) =>
  Array.from({ length: count }, (_, i) =>
    membershipRecord(eventName, membership(chatRoomId, `stranger-${i}`, { founding: true })),
  )

/** Counts the requests to the table until the test ends. */
function countRequests(): Map<string, number> {
  const counts = new Map<string, number>()
  intercept(client, ({ operation }, send) => {
    counts.set(operation, (counts.get(operation) ?? 0) + 1)
    return send()
  })
  return counts
}

test('no message waits for what happens in other rooms: 499 members there, and the table answers nothing of it', async () => {
  const [room, other, changed] = [unique('room'), unique('other'), unique('changed')]
  const id = await listening('ada', [room])
  let answer = () => {}
  const held = new Promise<void>((resolve) => (answer = resolve))
  intercept(client, async ({ input }, send) => {
    if (!JSON.stringify(input).includes(`subscriptions#${room}`)) await held
    return send()
  })
  const raised = messageImage(message(changed, 1))
  const records = [
    recordOf('MODIFY', { ...raised, Version: { N: '2' } }, raised),
    ...strangers('INSERT', other, 250),
    ...strangers('REMOVE', unique('gone'), 248),
    messageRecord(room, 1),
  ]
  const handled = handle(...records)
  await expect.poll(() => gateway.heardBy(id)).toEqual(['message 1'])
  answer()
  expect(await handled).toEqual([])
})

test('a message waits for the members of its own room, and not for those of others', async () => {
  const { room, users, connections } = await roomWithOthers(['bob'])
  const other = unique('other')
  let answer = () => {}
  const held = new Promise<void>((resolve) => (answer = resolve))
  intercept(client, async ({ input }, send) => {
    if (JSON.stringify(input).includes('stranger-')) await held
    return send()
  })
  const row = membership(room, users[0]!)
  await addMember(row)
  const handled = handle(...strangers('INSERT', other, 100), messageRecord(room, 1), membershipRecord('INSERT', row))
  await expect.poll(() => gateway.heardBy(connections[0]!)).toEqual(['message 1', 'roomAdded', 'memberJoined'])
  answer()
  expect(await handled).toEqual([])
})

test('a recipient who does not answer holds up no message of a room whose members have changed', async () => {
  const quiet = unique('quiet')
  const slow = await listening('eve', [quiet])
  const { room, users, ada } = await roomWithOthers(['bob'])
  let answer = () => {}
  const held = new Promise<void>((resolve) => (answer = resolve))
  gateway.fault = (id) => (id === slow ? held : undefined)
  const row = membership(room, users[0]!)
  await addMember(row)
  const handled = handle(messageRecord(quiet, 1), messageRecord(room, 1), membershipRecord('INSERT', row))
  await expect.poll(() => gateway.heardBy(ada)).toEqual(['message 1', 'memberJoined'])
  answer()
  await handled
  expect(gateway.heardBy(slow)).toEqual(['message 1'])
})

test('members without a session cost a query each, and a hundredth of a read of their memberships', async () => {
  const { room } = await roomWithOthers([])
  const counts = countRequests()
  await handle(...strangers('INSERT', room, 499))
  expect(Object.fromEntries(counts)).toEqual({ Query: 499, BatchGetItem: 5 })
})

test('the members of a deleted room cost one read together', async () => {
  const counts = countRequests()
  await handle(...strangers('REMOVE', unique('gone'), 500))
  expect(Object.fromEntries(counts)).toEqual({ GetItem: 1 })
})

test('a join that is redelivered after the leave subscribes nobody and is not delivered', async () => {
  const { room, users, connections, ada } = await roomWithOthers(['bob'])
  await handle(membershipRecord('INSERT', membership(room, users[0]!)))
  expect(await subscribersOf(room)).toEqual([ada])
  expect(gateway.heardBy(ada)).toEqual([])
  expect(gateway.heardBy(connections[0]!)).toEqual([])
})

test('a leave that is redelivered after the rejoin deletes no subscription and is not delivered', async () => {
  const { room, users, ada } = await roomWithOthers(['bob'])
  await addMember(membership(room, users[0]!, { joinId: 'join-2' }))
  const bob = await listening(users[0]!, [room], { joinId: 'join-2' })
  await handle(membershipRecord('REMOVE', membership(room, users[0]!)))
  expect((await subscribersOf(room)).sort()).toEqual([ada, bob].sort())
  expect(gateway.heardBy(ada)).toEqual([])
})

test('a join that is redelivered after a leave and a rejoin leaves the user subscribed', async () => {
  const { room, users, ada } = await roomWithOthers(['bob'])
  await addMember(membership(room, users[0]!, { joinId: 'join-2' }))
  const bob = await listening(users[0]!, [room], { joinId: 'join-2' })
  await handle(membershipRecord('INSERT', membership(room, users[0]!)))
  expect((await subscribersOf(room)).sort()).toEqual([ada, bob].sort())
  const { subscriptions } = await subscriptionsOfRoom(room, 0)
  expect(subscriptions.find(({ connectionId }) => connectionId === bob)).toMatchObject({ joinId: 'join-2' })
})

/** Returns every order of the items. */
const ordersOf = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))

const first = membership('', '', { joinId: 'join-1' })
const second = membership('', '', { joinId: 'join-2' })
const [join1, leave1, join2, leave2] = ['join1', 'leave1', 'join2', 'leave2'] as const
const changes = {
  join1: ['INSERT', first],
  leave1: ['REMOVE', first],
  join2: ['INSERT', second],
  leave2: ['REMOVE', second],
} as const

test.each(
  [
    ...ordersOf([join1, leave1, join2]).flatMap((order) => [
      { order, stays: true, batches: 'one batch' },
      { order, stays: true, batches: 'batches of their own, twice' },
    ]),
    ...ordersOf([join1, leave1, join2, leave2]).map((order) => ({ order, stays: false, batches: 'one batch' })),
  ].map((given) => ({ ...given, title: `${given.order.join(', ')} in ${given.batches}` })),
)('$title: subscribed in the end: $stays', async ({ order, stays, batches }) => {
  const { room, users, connections, ada } = await roomWithOthers(['bob'])
  const userId = users[0]!
  if (stays) await addMember({ ...second, chatRoomId: room, userId })
  const records = order.map((name) => {
    const [eventName, row] = changes[name]
    return membershipRecord(eventName, { ...row, chatRoomId: room, userId })
  })
  if (batches === 'one batch') await handle(...records)
  else for (const record of [...records, ...records]) await handle(record)
  expect((await subscribersOf(room)).sort()).toEqual([ada, ...(stays ? connections : [])].sort())
})

const markerRecord = (userId: string, chatRoomId: string, readSeq: number) =>
  recordOf('INSERT', imageOf(RoomState.put({ ...stateKey({ userId, chatRoomId }), readSeq, readAt: Date.now() })))

test('nobody’s message waits for the markers of its batch', async () => {
  const room = unique('room')
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((userId) => listening(unique(userId), [room])))
  const steps: string[] = []
  const handler = streamHandler(async () => {
    steps.push('posted')
  })
  intercept(client, ({ input }, send) => {
    const { ':sk1': sk } =
      (input as { ExpressionAttributeValues?: Record<string, string> }).ExpressionAttributeValues ?? {}
    if (sk === 'session#') steps.push('marker looked at')
    return send()
  })
  await handler({ Records: [markerRecord(unique('eve'), room, 1), messageRecord(room, 1)] })
  expect([ada, bob].length).toBe(2)
  expect(steps).toEqual(['posted', 'posted', 'marker looked at'])
})

test('a marker is told to the user’s other connections while they are a member, and to nobody once they have left', async () => {
  const [bob, room] = [unique('bob'), unique('room')]
  const connectionId = await listening(bob, [room])
  const gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  await Membership.put(membership(room, bob)).go()
  await handler({ Records: [markerRecord(bob, room, 1)] })
  expect(gateway.heardBy(connectionId)).toEqual(['read'])
  await Membership.delete({ chatRoomId: room, userId: bob }).go()
  await handler({ Records: [markerRecord(bob, room, 2)] })
  expect(gateway.heardBy(connectionId)).toEqual(['read'])
})

test('a marker whose user can’t be read is made again', async () => {
  const marker = markerRecord(unique('eve'), unique('room'), 1)
  intercept(client, () => Promise.reject(new Error('no table')))
  expect(await handle(marker)).toEqual([sequenceNumberOf(marker)])
})

test('a room that has grown is noted once, and no record fails when it can’t be', async () => {
  const room = unique('room')
  await createRoom({
    chatRoomId: room,
    roomName: 'A room',
    createdBy: 'ada',
    createdAt: 0,
    owner: 'ada',
    members: ['ada'],
  })
  await subscribeRows(
    Array.from({ length: 101 }, (_, i) => ({
      ...{ chatRoomId: room, connectionId: `c${i}=`, userId: `u${i}`, joinId: 'j', expiresAt: inAnHour() },
    })),
  )
  const updates: string[] = []
  intercept(client, ({ operation }, send) => {
    if (operation !== 'UpdateItem') return send()
    updates.push(operation)
    return updates.length === 1 ? Promise.reject(new Error('no table')) : send()
  })
  for (const seq of [1, 2, 3]) expect(await handle(messageRecord(room, seq))).toEqual([])
  expect((await getRoom(room))!.size).toBe('m')
  expect(updates).toHaveLength(2)
})
