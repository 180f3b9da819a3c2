import { database, tableName } from '../support/own-table.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { ChatRoom, nextSeq } from '../../src/entities/chat-room.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { eraseMessage, Message, messageIdOf, type MessageRow, sealHoles } from '../../src/entities/message.ts'
import { SendGuard } from '../../src/entities/send-guard.ts'
import { client } from '../../src/entities/table.ts'
import { handler as followUp } from '../../src/followups/handler.ts'
import { appendMessage } from '../../src/rooms/append-message.ts'
import { countUnread } from '../../src/rooms/count-unread.ts'
import { putMentions } from '../../src/entities/mention.ts'
import { getHistory } from '../../src/ws/actions/get-history.ts'
import { getMentions } from '../../src/ws/actions/get-mentions.ts'
import { getMessages } from '../../src/ws/actions/get-messages.ts'
import { loadStack } from '../../terraform/stack.ts'
import { imageOf, recordOf } from '../streams/records.ts'
import { intercept } from '../support/intercept.ts'
import { costOf, metered } from '../support/meter.ts'
import { unique } from '../support/runtime.ts'
import { setFollowing } from '../../src/entities/followed-thread.ts'
import { ThreadReply } from '../../src/entities/thread-reply.ts'
import { showThreads } from '../../src/rooms/show-threads.ts'

beforeAll(() => createTable(database, loadStack().table, tableName))

const NOW = Date.now()
const DAY_MS = 86_400_000

/** Creates a room of ada's that keeps messages for `retentionDays`. */
async function givenRoom(retentionDays?: number) {
  const chatRoomId = unique('room')
  await createRoom({ chatRoomId, roomName: 'A', createdBy: 'ada', createdAt: 0, owner: 'ada', members: ['ada'] })
  if (retentionDays !== undefined) await ChatRoom.patch({ chatRoomId }).set({ retentionDays }).go()
  return chatRoomId
}

/** Writes messages of bob's with these ages in days. Written directly, they have no expiry of their own. */
async function givenMessages(
  chatRoomId: string,
  ages: readonly number[],
  { content = 'x', isThere = (seq: number) => seq > 0 } = {},
) {
  await ChatRoom.patch({ chatRoomId }).set({ headSeq: ages.length }).go()
  const rows = ages.map((age, i) => ({
    ...({ chatRoomId, messageId: messageIdOf(i + 1), kind: 'text', senderId: 'bob', content } as const),
    ...{ timestamp: NOW - age * DAY_MS + i, prevDrawnAt: NOW - age * DAY_MS },
  }))
  await Message.put(rows.filter(({ messageId }) => isThere(Number(messageId)))).go({ concurrent: 8 })
}

const caller = { userId: 'ada', scopes: new Set<never>() }
const defaults = { limit: 50, view: 'all' as const }

/** Returns a page, and its cost including everything that is read before it. */
async function historyOf(chatRoomId: string, range: { after?: number; before?: number }) {
  let page: { messages: { seq: number }[]; hasMore: boolean } | undefined
  const requests = await metered(client, async () => {
    page = await getHistory.handle({ action: 'getHistory', chatRoomId, ...defaults, ...range }, caller)
  })
  const { writes } = costOf(requests)
  return { seqs: page!.messages.map(({ seq }) => seq), hasMore: page!.hasMore, requests: requests.length, writes }
}

describe('what is written in a room that keeps it for a time', () => {
  test('ends with that time, a hole and what is left of a deleted message too, and a guard a day later', async () => {
    const chatRoomId = await givenRoom(30)
    const draft = { chatRoomId, senderId: 'ada', kind: 'text', content: 'hi', clientMessageId: 'c1' } as const
    await appendMessage(draft, { check: Promise.resolve('member') }, NOW)
    const expiresAt = Math.ceil(NOW / 1_000) + 30 * 86_400
    const key = { chatRoomId, messageId: messageIdOf(1) }
    const { data: message } = await Message.get(key).go()
    expect(message).toMatchObject({ expiresAt })
    const { data: guard } = await SendGuard.get({ chatRoomId, senderId: 'ada', clientMessageId: 'c1' }).go()
    expect(guard).toMatchObject({ expiresAt: expiresAt + 86_400 })
    await eraseMessage(message!, { deletedAt: NOW, deletedBy: 'ada' })
    expect((await Message.get(key).go()).data).toMatchObject({ kind: 'deleted', expiresAt })
    await sealHoles(chatRoomId, [await nextSeq(chatRoomId, NOW)], NOW)
    const { data: hole } = await Message.get({ chatRoomId, messageId: messageIdOf(2) }).go()
    expect(hole).toMatchObject({ kind: 'hole', expiresAt })
  })

  test('takes no more requests or units than elsewhere, and elsewhere it has no end', async () => {
    const costs = []
    for (const days of [undefined, 30]) {
      const chatRoomId = await givenRoom(days)
      const send = (more: object) => () =>
        appendMessage(
          { chatRoomId, senderId: 'ada', kind: 'text', content: 'hi', ...more },
          { check: Promise.resolve('member') },
          NOW,
        )
      costs.push([
        costOf(await metered(client, send({}))),
        costOf(await metered(client, send({ clientMessageId: 'c1' }))),
      ])
      const { data } = await Message.get({ chatRoomId, messageId: messageIdOf(1) }).go()
      expect(data?.expiresAt === undefined).toBe(days === undefined)
    }
    expect(costs[1]).toEqual(costs[0])
  })
})

test('what follows the end of a message, as docs/operations.md says: two reads, and a write for each that hangs on it', async () => {
  const chatRoomId = await givenRoom(30)
  const said = { chatRoomId, senderId: 'bob', kind: 'text', content: 'x', timestamp: NOW } as const
  const costOfEnd = async (more: Partial<MessageRow>) => {
    const record = recordOf('REMOVE', imageOf(Message.put({ ...said, messageId: messageIdOf(1), ...more })))
    const follow = async () => expect(await followUp({ Records: [record] })).toEqual({ batchItemFailures: [] })
    return costOf(await metered(client, follow))
  }
  // Reads the room's details and the reactions.
  expect(await costOfEnd({})).toMatchObject({ requests: 2, writes: 0 })
  expect(await costOfEnd({ uploadId: 'u1' })).toMatchObject({ requests: 3, writes: 1 })
  // Reads the message once more, to check that it is gone.
  expect(await costOfEnd({ mentions: '["ada","cyd"]' })).toMatchObject({ requests: 4 })
  expect(await costOfEnd({ kind: 'hole' })).toMatchObject({ requests: 0 })
})

describe('10,000 messages that are past their time', () => {
  const ages = [...Array<number>(10_000).fill(31), 1, 1, 1]
  const young = [10_001, 10_002, 10_003]

  // A request reads 1 MB. Of these 160 rows, which are large, it contains only the first 62.
  const some = (seq: number) => seq <= 60 || seq % 100 === 0 || young.includes(seq)
  test.each([
    ['TTL has deleted all', (seq: number) => young.includes(seq)],
    ['TTL has left the oldest, and one of a hundred', some],
  ])('take 5 requests and no write in either direction, when %s', async (_, isThere) => {
    const chatRoomId = await givenRoom(30)
    await givenMessages(chatRoomId, ages, { content: 'x'.repeat(16_384), isThere })
    for (const range of [{ after: 0 }, {}, { after: 5_000 }, { before: 10_004 }]) {
      const page = await historyOf(chatRoomId, range)
      expect(page, JSON.stringify(range)).toMatchObject({ seqs: young, hasMore: false, writes: 0 })
      expect(page.requests, JSON.stringify(range)).toBeLessThanOrEqual(5)
    }
    const older = await historyOf(chatRoomId, { before: 9_000 })
    expect(older).toMatchObject({ seqs: [], hasMore: false, writes: 0 })
    expect(older.requests).toBeLessThanOrEqual(5)
  })
})

test('a few large messages that are past their time are looked at by whole numbers', async () => {
  const chatRoomId = await givenRoom(30)
  // The first request reads 22 of them. As JSON, each has 98 KB.
  await givenMessages(chatRoomId, [...Array<number>(32).fill(31), 1], { content: '\u0001'.repeat(16_384) })
  const looks: string[] = []
  intercept(client, async ({ operation, input }, send) => {
    if (operation === 'BatchGetItem') looks.push(JSON.stringify(input))
    await send()
  })
  expect(await historyOf(chatRoomId, { after: 0 })).toMatchObject({ seqs: [33], hasMore: false, writes: 0 })
  expect(looks).not.toEqual([])
  expect(looks.filter((input) => /\d\.\d/.test(input))).toEqual([])
})

test('complaint 20: what is past its time is found by nobody, by its id or as unread neither, while TTL is late', async () => {
  const chatRoomId = await givenRoom(30)
  await givenMessages(chatRoomId, [31, 31, 29, 1])
  // From when the room kept messages for less time.
  await Message.patch({ chatRoomId, messageId: messageIdOf(3) })
    .set({ expiresAt: Math.floor(NOW / 1_000) - 1 })
    .go()
  const messageIds = [1, 2, 3, 4].map(messageIdOf)
  const { messages } = await getMessages.handle({ action: 'getMessages', chatRoomId, messageIds }, caller)
  expect(messages.map(({ seq }) => seq)).toEqual([4])
  expect((await historyOf(chatRoomId, {})).seqs).toEqual([4])
  const unread = await countUnread('ada', new Map([[chatRoomId, 4]]))
  expect(unread.get(chatRoomId)).toMatchObject({ count: 1, exact: true })
  for (const [seq, age] of [
    [2, 31],
    [4, 1],
  ] as const) {
    const said = { chatRoomId, messageId: messageIdOf(seq), senderId: 'bob', timestamp: NOW - age * DAY_MS }
    await putMentions(said, ['ada'])
  }
  const { mentions } = await getMentions.handle({ action: 'getMentions' }, caller)
  expect(mentions.map(({ seq }) => seq)).toEqual([4])
})

test('unread replies are counted behind many that are past their time', async () => {
  const chatRoomId = await givenRoom(30)
  await givenMessages(chatRoomId, [1])
  const thread = { chatRoomId, threadId: messageIdOf(1) }
  const replies = Array.from({ length: 60 }, (_, i) => ({
    ...{ ...thread, messageId: messageIdOf(2 + i), senderId: 'bob' },
    at: NOW - (i < 57 ? 31 : 1) * DAY_MS,
  }))
  await ThreadReply.put(replies).go()
  await ChatRoom.patch({ chatRoomId }).set({ headSeq: 61 }).go()
  await setFollowing({ userId: 'ada', ...thread }, true)
  const [shown] = await showThreads('ada', [{ userId: 'ada', ...thread, readSeq: undefined }])
  expect(shown!.unread).toEqual({ count: 3, exact: true })
})
