import { tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { FanOutTask, type FanOutTaskRow } from '../../src/entities/fan-out-task.ts'
import { putMessage } from '../../src/entities/message.ts'
import { subscribe } from '../../src/entities/subscription.ts'
import { client } from '../../src/entities/table.ts'
import { createTable } from '../../src/local/dynamodb/create-table.ts'
import { loadStack } from '../../src/local/stack.ts'
import { streamHandler } from '../../src/streams/handler.ts'
import { rangesOf } from '../../src/streams/tasks.ts'
import { FakePost } from './fake-post.ts'
import { imageOf, message, messageRecord, recordOf } from './records.ts'

/** More than three pages of 1 MB. */
const CONNECTIONS = 12_000
const ROOM = 'stadium'
const ids = Array.from({ length: CONNECTIONS }, (_, i) => `connection-${i}=`)

beforeAll(async () => {
  await createTable(client, loadStack().table, tableName)
  const expiresAt = Math.ceil(Date.now() / 1_000) + 3_600
  const rows = ids.map((connectionId) => ({
    chatRoomId: ROOM,
    connectionId,
    userId: connectionId,
    joinId: 'join-1',
    expiresAt,
  }))
  await subscribe(rows)
  await putMessage(message(ROOM, 1, { originConnectionId: ids[0]! }))
}, 120_000)

async function tasksInTable(): Promise<FanOutTaskRow[]> {
  const { data } = await FanOutTask.scan.go({ pages: 'all' })
  return data
}

test("a huge room's first page is posted at once, and tasks post the rest: everybody once, and no task makes a task", async () => {
  const gateway = new FakePost()
  const handler = streamHandler(gateway.post)
  const record = messageRecord(ROOM, 1, { originConnectionId: ids[0]! })
  await handler({ Records: [record] })
  const first = gateway.delivered.length
  const tasks = await tasksInTable()
  expect(first).toBeGreaterThan(1_000)
  expect(first).toBeLessThan(CONNECTIONS / 2)
  expect(tasks.length).toBeGreaterThan(1)

  // The same batch again: the same tasks, so the stream would report none of them.
  await handler({ Records: [record] })
  expect((await tasksInTable()).map(({ after }) => after).sort()).toEqual(tasks.map(({ after }) => after).sort())
  gateway.delivered.splice(first)

  for (const task of tasks) {
    const image = imageOf(FanOutTask.put({ taskId: `again-${task.after}`, expiresAt: 1, ...task }))
    expect(await handler({ Records: [recordOf('INSERT', image)] })).toEqual({ batchItemFailures: [] })
  }
  expect(await tasksInTable()).toHaveLength(tasks.length)
  const posts = new Map<string, number>()
  for (const { connectionId } of gateway.delivered) posts.set(connectionId, (posts.get(connectionId) ?? 0) + 1)
  expect(posts.has(ids[0]!)).toBe(false)
  expect(posts.size).toBe(CONNECTIONS - 1)
  expect([...posts.values()].filter((count) => count > 1)).toEqual([])
}, 120_000)

test("a task whose range can't be read is reported and comes again", async () => {
  const image = imageOf(
    FanOutTask.put({
      taskId: 't',
      chatRoomId: ROOM,
      after: '00#~',
      through: 'ff',
      deliveries: '[{"event":2}]',
      expiresAt: 1,
    }),
  )
  const record = recordOf('INSERT', image)
  const { batchItemFailures } = await streamHandler(new FakePost().post)({ Records: [record] })
  expect(batchItemFailures).toEqual([{ itemIdentifier: record.dynamodb!.SequenceNumber }])
})

test.each(['00#a=', '0f#a=', '7f#a=', '80#a=', 'fe#a=', 'ff#a='])('ranges after %s join up to the end', (after) => {
  const ranges = rangesOf(after)
  expect(ranges[0]!.after).toBe(after)
  expect(ranges.at(-1)!.through).toBe('ff')
  for (const [i, range] of ranges.slice(1).entries()) expect(range.after).toBe(`${ranges[i]!.through}#~`)
})
