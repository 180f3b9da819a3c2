import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { getMessage, Message, messageIdOf, setThread } from '../../src/entities/message.ts'
import { client } from '../../src/entities/table.ts'
import { putReply, removeReply } from '../../src/entities/thread-reply.ts'
import { rollUpThread } from '../../src/rooms/roll-up-thread.ts'
import { loadStack } from '../../terraform/stack.ts'
import { intercept } from '../support/intercept.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

async function givenThread() {
  const thread = { chatRoomId: unique('room'), threadId: messageIdOf(1) }
  const root = { chatRoomId: thread.chatRoomId, messageId: thread.threadId }
  await Message.put({ ...root, kind: 'text', senderId: 'ada', content: 'hello', timestamp: 0 }).go()
  return {
    thread,
    reply: (seq: number, senderId: string) =>
      putReply({ ...thread, messageId: messageIdOf(seq), senderId, at: 1_000 * seq }),
    stored: async () => (await getMessage(root.chatRoomId, root.messageId))!,
  }
}

test('the root has what the thread’s rows come to, and no other version; once more writes nothing', async () => {
  const { thread, reply, stored } = await givenThread()
  for (const [seq, senderId] of [
    [2, 'ada'],
    [3, 'bob'],
    [4, 'cleo'],
    [5, 'dan'],
    [6, 'bob'],
  ] as const) {
    await reply(seq, senderId)
  }
  await rollUpThread(thread)
  const count = { replies: 5, lastSeq: 6, lastAt: 6_000, lastUserIds: ['bob', 'dan', 'cleo'] }
  expect(await stored()).toMatchObject({ thread: count, threadAt: 1 })
  expect(await stored()).not.toHaveProperty('version')
  await rollUpThread(thread)
  expect(await stored()).toMatchObject({ thread: count, threadAt: 1 })
})

test('the last reply that is deleted leaves no count', async () => {
  const { thread, reply, stored } = await givenThread()
  await reply(2, 'bob')
  await rollUpThread(thread)
  await removeReply({ ...thread, messageId: messageIdOf(2) })
  await rollUpThread(thread)
  expect(await stored()).not.toHaveProperty('thread')
  expect(await stored()).toMatchObject({ threadAt: 2 })
})

test('of two roll-ups, the one that has counted an older state counts again when it comes last', async () => {
  const { thread, reply, stored } = await givenThread()
  await reply(2, 'ada')
  let isFirst = true
  const operations: string[] = []
  intercept(client, async ({ operation }, send) => {
    operations.push(operation)
    await send()
    // The first roll-up has read the present rows, and has not written yet.
    if (operation !== 'Query' || !isFirst) return
    isFirst = false
    await reply(3, 'bob')
    await rollUpThread(thread)
    expect(await stored()).toMatchObject({ thread: { replies: 2 }, threadAt: 1 })
  })
  await rollUpThread(thread)
  expect(await stored()).toMatchObject({ thread: { replies: 2, lastSeq: 3, lastUserIds: ['bob', 'ada'] }, threadAt: 1 })
  expect(operations.filter((operation) => operation === 'UpdateItem')).toHaveLength(2)
})

test('a count that others write all the time is given up, and the records come again', async () => {
  const { thread, reply, stored } = await givenThread()
  await reply(2, 'ada')
  intercept(client, async ({ operation }, send) => {
    await send()
    if (operation === 'Query') await setThread(await stored(), undefined)
  })
  await expect(rollUpThread(thread)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'unable to count the replies; others have counted them ten times meanwhile',
  })
})

test('a thread whose root is gone is counted nowhere', async () => {
  const thread = { chatRoomId: unique('room'), threadId: messageIdOf(1) }
  await putReply({ ...thread, messageId: messageIdOf(2), senderId: 'ada', at: 0 })
  await rollUpThread(thread)
  expect(await getMessage(thread.chatRoomId, thread.threadId)).toBeUndefined()
})
