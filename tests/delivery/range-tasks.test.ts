import { database, tableName } from '../support/own-table.ts'
import type { DynamoDBRecord } from 'aws-lambda'
import { beforeAll, expect, test, vi } from 'vitest'
import { FanOutTask, type FanOutTaskRow } from '../../src/entities/fan-out-task.ts'
import { appendChanges, setPending } from '../../src/entities/change.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { eraseMessage, getMessage, Message, messageIdOf, putMessage } from '../../src/entities/message.ts'
import { Membership } from '../../src/entities/membership.ts'
import { Reaction } from '../../src/entities/reaction.ts'
import { subscribeRows } from '../support/subscribe-rows.ts'
import { client } from '../../src/entities/table.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { streamHandler } from '../../src/streams/handler.ts'
import type { PostFrame } from '../../src/delivery/posting/post-frame.ts'
import { deliveriesOfTask, putRangeTasks, rangesOf } from '../../src/delivery/range-tasks.ts'
import { messageEventOf } from '../../src/files/message-event.ts'
import { intercept } from '../support/intercept.ts'
import { FakePost } from './fake-post.ts'
import {
  auditEntry,
  auditRecord,
  imageOf,
  membership,
  membershipRecord,
  message,
  messageImage,
  messageRecord,
  recordOf,
  typingRecord,
} from '../streams/records.ts'

/** More than three pages of 1 MB. */
const CONNECTIONS = 12_000
const ROOM = 'stadium'
const ids = Array.from({ length: CONNECTIONS }, (_, i) => `connection-${i}=`)

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
  const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600
  const rows = ids.map((connectionId) => ({
    chatRoomId: ROOM,
    connectionId,
    userId: connectionId.padEnd(64, '-'),
    joinId: 'join-1',
    expiresAt,
  }))
  await subscribeRows(rows)
  await putMessage(message(ROOM, 1, { originConnectionId: ids[0]! }))
})

async function tasksInTable(): Promise<FanOutTaskRow[]> {
  const { data } = await FanOutTask.scan.go({ pages: 'all' })
  return data
}

/** Whether a task is about the end of the room, which only one test causes. */
const isOfEnd = ({ deliveries }: FanOutTaskRow): boolean => deliveries.includes('roomDeleted')

/** Returns the records of the tasks in the table, as the stream reports them. */
async function taskRecords(): Promise<DynamoDBRecord[]> {
  const tasks = (await tasksInTable()).filter((task) => !isOfEnd(task))
  return tasks.map((task, i) => taskRecord(`task-${i}`, task))
}

const taskRecord = (taskId: string, task: FanOutTaskRow): DynamoDBRecord =>
  recordOf('INSERT', imageOf(FanOutTask.put({ ...task, taskId, expiresAt: 1 })))

const counted = ({ delivered }: FakePost): Map<string, number> => {
  const posts = new Map<string, number>()
  for (const { connectionId } of delivered) posts.set(connectionId, (posts.get(connectionId) ?? 0) + 1)
  return posts
}

/** Runs a handler that dies at its nth post. Its pending posts never end. */
async function dyingAt(nth: number, gateway: FakePost, Records: DynamoDBRecord[]): Promise<void> {
  await new Promise<void>((died) => {
    let posts = 0
    const post: PostFrame = async (connectionId, frame) => {
      posts += 1
      if (posts === nth) died()
      if (posts >= nth) await new Promise(() => {})
      await gateway.post(connectionId, frame)
    }
    streamHandler(post)({ Records }).catch(died)
  })
}

test("a huge room's first page is posted at once, the rest by tasks: everybody once, no task makes tasks", async () => {
  const gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  const record = messageRecord(ROOM, 1, { originConnectionId: ids[0]! })
  await handler({ Records: [record] })
  const first = gateway.delivered.length
  const tasks = await tasksInTable()
  expect(first).toBeGreaterThan(1_000)
  expect(first).toBeLessThan(CONNECTIONS / 2)
  expect(tasks.length).toBeGreaterThan(1)

  // The batch is redelivered and writes the same items. The stream does not report them again.
  await handler({ Records: [record] })
  expect((await tasksInTable()).map(({ after }) => after).sort()).toEqual(tasks.map(({ after }) => after).sort())
  gateway.delivered.splice(first)

  for (const record of await taskRecords())
    expect(await handler({ Records: [record] })).toEqual({ batchItemFailures: [] })
  expect(await tasksInTable()).toHaveLength(tasks.length)
  const posts = counted(gateway)
  expect(posts.has(ids[0]!)).toBe(false)
  expect(posts.size).toBe(CONNECTIONS - 1)
  expect([...posts.values()].filter((count) => count > 1)).toEqual([])
})

test('that a huge room was deleted is told to everybody in it, by tasks too', async () => {
  const gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  await handler({ Records: [auditRecord(auditEntry(ROOM, 'deleteRoom'))] })
  expect(gateway.delivered.length).toBeLessThan(CONNECTIONS / 2)
  const tasks = (await tasksInTable()).filter(isOfEnd)
  for (const [i, task] of tasks.entries()) await handler({ Records: [taskRecord(`deleted-${i}`, task)] })
  const { size } = counted(gateway)
  expect([size, gateway.delivered.length]).toEqual([CONNECTIONS, CONNECTIONS])
  expect(gateway.delivered.at(-1)?.events).toEqual([{ event: 'removed', chatRoomId: ROOM, reason: 'roomDeleted' }])
})

test('a crash in any task loses nothing: its range is posted again, and no other', async () => {
  const records = await taskRecords()
  const everybody = new FakePost()
  await streamHandler(everybody.post)({ Records: records })
  for (const crashing of records) {
    const gateway = new FakePost()
    await dyingAt(500, gateway, [crashing])
    const before = gateway.delivered.length
    expect(before).toBeGreaterThan(0)
    for (const record of records) await streamHandler(gateway.post)({ Records: [record] })
    const posts = counted(gateway)
    expect([...posts.keys()].sort()).toEqual([...counted(everybody).keys()].sort())
    expect([...posts.values()].filter((count) => count > 1)).toHaveLength(before)
  }
})

test('a crash while the tasks are written loses nothing: the batch is redelivered and writes the others', async () => {
  await putMessage(message(ROOM, 2))
  const record = messageRecord(ROOM, 2)
  const old = new Set((await tasksInTable()).map(({ deliveries }) => deliveries))
  const news = async () => (await tasksInTable()).filter(({ deliveries }) => !old.has(deliveries))
  let crashing = true
  intercept(client, async ({ operation, input }, send) => {
    if (!crashing || operation !== 'BatchWriteItem') return send()
    const { RequestItems } = input as { RequestItems: Record<string, unknown[]> }
    RequestItems[tableName]!.splice(1)
    await send()
    throw new Error('the function is no more')
  })
  const gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  await expect(handler({ Records: [record] })).resolves.toMatchObject({ batchItemFailures: [{}] })
  expect(await news()).toHaveLength(1)
  crashing = false
  await handler({ Records: [record] })
  for (const [i, task] of (await news()).entries()) await handler({ Records: [taskRecord(`again-${i}`, task)] })
  expect(counted(gateway).size).toBe(CONNECTIONS)
})

/** Returns a stored message of the room, as its image is in the stream. */
const imageNow = async (seq: number) => messageImage((await getMessage(ROOM, messageIdOf(seq)))!)

test('a storm of 1,000 reactions on one message of a huge room adds no post: they ride with the next message', async () => {
  await ChatRoom.put({ chatRoomId: ROOM, roomName: 'Stadium', createdBy: 'ada', createdAt: 0, size: 'h' }).go()
  const rows = Array.from({ length: 1_000 }, (_, i) => {
    return { chatRoomId: ROOM, messageId: messageIdOf(2), reaction: '👍', userId: `fan-${i}`, at: i }
  })
  const gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  // As the stream reports a storm: batches of reactions, each followed by the message that was written with them.
  for (let i = 0; i < rows.length; i += 250) {
    const some = rows.slice(i, i + 250)
    await Reaction.put(some).go({ concurrent: 4 })
    const before = await imageNow(2)
    expect(await handler({ Records: some.map((row) => recordOf('INSERT', imageOf(Reaction.put(row)))) })).toEqual({
      batchItemFailures: [],
    })
    await handler({ Records: [recordOf('MODIFY', await imageNow(2), before)] })
  }
  expect(gateway.attempts).toEqual([])

  await putMessage(message(ROOM, 4))
  await handler({ Records: [messageRecord(ROOM, 4)] })
  const tasks = (await tasksInTable()).filter(({ deliveries }) => deliveries.includes('"event":4'))
  for (const [i, task] of tasks.entries()) await handler({ Records: [taskRecord(`storm-${i}`, task)] })
  const posts = counted(gateway)
  // Only the message's own posts: every connection gets one frame with everything.
  expect([posts.size, gateway.delivered.length]).toEqual([CONNECTIONS, CONNECTIONS])
  const heard = gateway.delivered.map(({ events }) =>
    events
      .map((event) => ('rev' in event ? event.rev : event.event))
      .sort()
      .join(),
  )
  expect([...new Set(heard)]).toEqual(['1,2,3,4,message'])
  const last = gateway.delivered.at(-1)!.events.find((event) => 'rev' in event && event.rev === 4)
  expect(last).toMatchObject({ message: { reactions: [{ reaction: '👍', count: 1_000 }] } })

  // The change is delivered once: the next message comes alone.
  gateway.delivered.length = 0
  await putMessage(message(ROOM, 5))
  await handler({ Records: [messageRecord(ROOM, 5)] })
  expect(gateway.delivered[0]!.events.map(({ event }) => event)).toEqual(['message'])
})

test('of more than a hundred changes a huge room is told that there are some', async () => {
  const gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  const changes = Array.from({ length: 101 }, () => ({ what: 'm' as const, id: messageIdOf(4) }))
  await appendChanges(ROOM, 4, changes.slice(0, 99), Date.now())
  await appendChanges(ROOM, 103, changes.slice(99), Date.now())
  await setPending(ROOM, 5)
  await putMessage(message(ROOM, 6))
  await handler({ Records: [messageRecord(ROOM, 6)] })
  expect(gateway.delivered[0]!.events).toEqual([
    expect.objectContaining({ event: 'message', seq: 6 }),
    { event: 'changesSkipped', chatRoomId: ROOM, rev: 105 },
  ])
})

test('who joins, leaves or types in a huge room is told to nobody, and by no task; a message is', async () => {
  for (const chatRoomId of ['hut', ROOM]) {
    await ChatRoom.put({ chatRoomId, roomName: 'A room', createdBy: 'ada', createdAt: 0 }).go()
    await Membership.put(membership(chatRoomId, 'fay')).go()
  }
  const ofRoom = (chatRoomId: string) => [
    membershipRecord('INSERT', membership(chatRoomId, 'fay')),
    membershipRecord('REMOVE', membership(chatRoomId, 'gus')),
    typingRecord('INSERT', { chatRoomId, userId: 'ada', isTyping: true, until: Date.now() + 60_000 }),
  ]
  const gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  const before = await tasksInTable()
  const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600
  await subscribeRows([{ chatRoomId: 'hut', connectionId: 'hut=', userId: 'bob', joinId: 'join-1', expiresAt }])

  await handler({ Records: ofRoom('hut') })
  expect(gateway.heardBy('hut=').sort()).toEqual(['memberJoined', 'memberLeft', 'typing'])
  gateway.attempts.length = 0
  expect(await handler({ Records: ofRoom(ROOM) })).toEqual({ batchItemFailures: [] })
  expect(gateway.attempts).toEqual([])
  expect(await tasksInTable()).toHaveLength(before.length)

  gateway.delivered.length = 0
  await putMessage(message(ROOM, 7))
  await handler({ Records: [...ofRoom(ROOM), messageRecord(ROOM, 7)] })
  const tasks = (await tasksInTable()).filter(({ deliveries }) => deliveries.includes('"event":7'))
  for (const [i, task] of tasks.entries()) await handler({ Records: [taskRecord(`seventh-${i}`, task)] })
  expect([counted(gateway).size, gateway.delivered.length]).toEqual([CONNECTIONS, CONNECTIONS])
  expect(new Set(gateway.delivered.flatMap(({ events }) => events.map(({ event }) => event)))).toEqual(
    new Set(['message']),
  )
})

test('of many tasks in one batch four pages are in memory at most', async () => {
  const task = { chatRoomId: ROOM, deliveries: '[{"event":2}]' }
  const records = Array.from({ length: 32 }, (_, i) => {
    const [before, last] = [i * 8 - 1, i * 8 + 7].map((hash) => hash.toString(16).padStart(2, '0'))
    return taskRecord(`narrow-${i}`, { ...task, after: i === 0 ? '00#' : `${before}#~`, through: last! })
  })
  let [read, largest, most] = [0, 0, 0]
  const gateway = new FakePost()
  intercept(client, async ({ operation, input }, send) => {
    const answer = (await send()) as { Count?: number }
    if (operation !== 'Query' || !JSON.stringify(input).includes('subscriptions#')) return
    const count = answer.Count!
    read += count
    largest = Math.max(largest, count)
    most = Math.max(most, read - gateway.attempts.length)
  })
  await streamHandler(gateway.post)({ Records: records })
  expect(counted(gateway).size).toBe(CONNECTIONS)
  expect(read).toBeGreaterThanOrEqual(CONNECTIONS)
  expect(most).toBeLessThanOrEqual(4 * largest + 1)
})

test('a range that was begun is finished, however late; past the limit on posts it is redelivered', async () => {
  const record = taskRecord('wide', { chatRoomId: ROOM, after: '00#~', through: 'ff', deliveries: '[{"event":2}]' })
  const outcomes: [number, number][] = []
  for (const lateMs of [35_000, 50_000]) {
    let now = Date.now()
    vi.spyOn(Date, 'now').mockImplementation(() => now)
    let pages = 0
    const gateway = new FakePost()
    intercept(client, async ({ operation, input }, send) => {
      if (operation === 'Query' && JSON.stringify(input).includes('BETWEEN') && ++pages === 1) now += lateMs
      await send()
    })
    const { batchItemFailures } = await streamHandler(gateway.post)({ Records: [record] })
    outcomes.push([pages, batchItemFailures.length])
    vi.restoreAllMocks()
  }
  expect(outcomes).toEqual([
    [3, 0],
    [1, 1],
  ])
})

test("a task whose range can't be read is reported and redelivered", async () => {
  const record = taskRecord('t', { chatRoomId: ROOM, after: '00#~', through: 'ff', deliveries: '[{"event":3}]' })
  const { batchItemFailures } = await streamHandler(new FakePost().post)({ Records: [record] })
  expect(batchItemFailures).toEqual([{ itemIdentifier: record.dynamodb!.SequenceNumber }])
})

test('a task keeps a change by its number alone, and tells how it is when its turn comes', async () => {
  const room = 'hall'
  const secret = message(room, 1, { content: 'a secret', version: 1 })
  for (const row of [secret, message(room, 2, { version: 1 }), message(room, 3)]) await Message.put(row).go()
  const changed = (seq: number, rev: number) =>
    ({
      event: 'messageUpdated',
      chatRoomId: room,
      rev,
      message: messageEventOf(message(room, seq, { content: 'a secret' })),
    }) as const
  const deliveries = [changed(1, 7), changed(2, 8)].map((event) => ({ event }))
  const rest = { after: '0f#a=', through: 'ff' }
  await putRangeTasks(room, rest, [...deliveries, { event: messageEventOf(message(room, 3)) }])
  const [task] = (await tasksInTable()).filter(({ chatRoomId }) => chatRoomId === room)
  expect(task!.deliveries).not.toContain('secret')
  await eraseMessage(secret, { deletedAt: 1, deletedBy: 'ada' })
  await eraseMessage(message(room, 3), { deletedAt: 1, deletedBy: 'ada' })
  const told = await deliveriesOfTask(task!)
  expect(told.map(({ event }) => event)).toMatchObject([
    { event: 'messageDeleted', rev: 7, seq: 1, version: 2, deletedBy: 'ada' },
    { event: 'messageUpdated', rev: 8, message: { content: 'message 2' } },
  ])
})

test.each(['00#a=', '0f#a=', '7f#a=', '80#a=', 'fe#a=', 'ff#a='])('ranges after %s join up to the end', (after) => {
  const ranges = rangesOf(after)
  expect(ranges[0]!.after).toBe(after)
  expect(ranges.at(-1)!.through).toBe('ff')
  for (const [i, range] of ranges.slice(1).entries()) expect(range.after).toBe(`${ranges[i]!.through}#~`)
})
