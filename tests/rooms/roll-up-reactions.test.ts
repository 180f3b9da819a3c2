import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { getMessage, Message, type MessageRow, messageIdOf } from '../../src/entities/message.ts'
import { HOUR_MS, openJobs } from '../../src/entities/job.ts'
import { everyReaction, putReaction, Reaction, removeReaction } from '../../src/entities/reaction.ts'
import { client } from '../../src/entities/table.ts'
import { janitor } from '../../src/janitor/handler.ts'
import { summaryOf } from '../../src/rooms/reaction-summary.ts'
import { rollUpReactions } from '../../src/rooms/roll-up-reactions.ts'
import { loadStack } from '../../terraform/stack.ts'
import { intercept } from '../support/intercept.ts'
import { unique } from '../support/runtime.ts'

/** The beginning of an hour. */
const NOW = 500_000 * HOUR_MS

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

async function givenMessage(more: Partial<MessageRow> = {}) {
  const key = { chatRoomId: unique('room'), messageId: messageIdOf(1) }
  await Message.put({ ...key, kind: 'text', senderId: 'ada', content: 'hello', timestamp: 0, ...more }).go()
  return key
}

type Key = Awaited<ReturnType<typeof givenMessage>>

let clock = 0
const react = (key: Key, userId: string, reaction = '👍') => putReaction({ ...key, reaction, userId, at: (clock += 1) })
const stored = async ({ chatRoomId, messageId }: Key) => (await getMessage(chatRoomId, messageId))!

test('the message has what its rows come to, and is another version; once more changes nothing', async () => {
  const key = await givenMessage()
  await react(key, 'ada')
  await react(key, 'bob')
  await react(key, 'bob', '#️⃣')
  await rollUpReactions(key)
  const reactions = [
    { reaction: '👍', count: 2, userIds: ['ada', 'bob'] },
    { reaction: '#️⃣', count: 1, userIds: ['bob'] },
  ]
  expect(await stored(key)).toMatchObject({ reactions, version: 1, content: 'hello' })
  await rollUpReactions(key)
  expect(await stored(key)).toMatchObject({ reactions, version: 1 })
})

test('the last reaction that is taken back leaves no summary', async () => {
  const key = await givenMessage()
  await react(key, 'ada')
  await rollUpReactions(key)
  expect(await removeReaction({ ...key, userId: 'ada', reaction: '👍' })).toBe(true)
  await rollUpReactions(key)
  expect(await stored(key)).not.toHaveProperty('reactions')
  expect(await stored(key)).toMatchObject({ version: 2 })
})

test('of two roll-ups, the one that has counted an older state counts again when it comes last', async () => {
  const key = await givenMessage()
  await react(key, 'ada')
  let isFirst = true
  const operations: string[] = []
  intercept(client, async ({ operation }, send) => {
    operations.push(operation)
    await send()
    // The first roll-up has read the present rows, and has not written yet.
    if (operation !== 'Query' || !isFirst) return
    isFirst = false
    await react(key, 'bob')
    await rollUpReactions(key)
    expect(await stored(key)).toMatchObject({ version: 1, reactions: [{ count: 2 }] })
  })
  await rollUpReactions(key)
  const reactions = summaryOf(await everyReaction(key))
  expect(reactions).toEqual([{ reaction: '👍', count: 2, userIds: ['ada', 'bob'] }])
  // No version has the outdated summary, and no version repeats the same one.
  expect(await stored(key)).toMatchObject({ reactions, version: 1 })
  expect(operations.filter((operation) => operation === 'UpdateItem')).toHaveLength(2)
})

test('a summary that others write all the time is given up, and the records come again', async () => {
  const key = await givenMessage()
  await react(key, 'ada')
  intercept(client, async ({ operation }, send) => {
    await send()
    if (operation !== 'Query') return
    const { reactionsAt = 0 } = await stored(key)
    const { chatRoomId, messageId } = key
    await Message.patch({ chatRoomId, messageId })
      .set({ reactionsAt: reactionsAt + 1 })
      .go()
  })
  await expect(rollUpReactions(key)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'unable to count the reactions; others have counted them ten times meanwhile',
  })
})

test('above a thousand only the changes are added, until the janitor counts again', async () => {
  const reactions = [{ reaction: '👍', count: 1_200, userIds: ['ada'] }]
  const key = await givenMessage({ reactions, reactionsAt: 7, version: 7 })
  const operations: string[] = []
  intercept(client, async ({ operation }, send) => {
    operations.push(operation)
    await send()
  })
  const changes = [{ reaction: '👍', userId: 'bob', added: true }]
  await rollUpReactions(key, { changes, now: NOW })
  expect(operations).toEqual(['GetItem', 'PutItem', 'UpdateItem'])
  expect(await stored(key)).toMatchObject({
    reactions: [{ reaction: '👍', count: 1_201, userIds: ['ada', 'bob'] }],
    version: 8,
  })
  await react(key, 'cleo')
  // The same hour has the same job: the message is counted once the hour is over.
  await rollUpReactions(key, { changes: [], now: NOW + HOUR_MS - 1 })
  const run = (at: number) =>
    janitor({ writes: 40_000, clock: () => at })({}, { getRemainingTimeInMillis: () => 300_000 })
  expect(await run(NOW + HOUR_MS - 1)).toEqual({ next: NOW + HOUR_MS })
  expect(await stored(key)).toMatchObject({ version: 8 })
  expect(await run(NOW + HOUR_MS)).toEqual({})
  expect(await stored(key)).toMatchObject({ reactions: [{ count: 1, userIds: ['cleo'] }], version: 9 })
  expect(await openJobs(10)).toEqual([])
})

test('a reaction to a message that is gone goes too', async () => {
  const key = { chatRoomId: unique('room'), messageId: messageIdOf(1) }
  await react(key, 'ada')
  await react(key, 'ada', '#️⃣')
  await rollUpReactions(key)
  const { data } = await Reaction.query.message(key).go()
  expect(data).toEqual([])
})
