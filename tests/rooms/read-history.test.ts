import { database, tableName } from '../support/own-table.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { ChatRoom, nextSeq, takeBackSeq } from '../../src/entities/chat-room.ts'
import { getMessage, Message, messageIdOf, type MessageRow, putMessage } from '../../src/entities/message.ts'
import { client } from '../../src/entities/table.ts'
import { appendMessage } from '../../src/rooms/append-message.ts'
import { MAX_WRITER_MS, type Range, readHistory } from '../../src/rooms/read-history.ts'
import { readPage } from '../../src/rooms/read-page.ts'
import { seededRandom } from '../../bench/simulation/seeded-random.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { intercept } from '../support/intercept.ts'
import { costOf, metered } from '../support/meter.ts'
import { unique } from '../support/runtime.ts'
import { thorough } from '../support/thorough.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const NOW = 1_800_000_000_000
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

const message = (chatRoomId: string, seq: number, more: Partial<MessageRow> = {}): MessageRow => ({
  chatRoomId,
  messageId: messageIdOf(seq),
  kind: 'text',
  senderId: 'ada',
  content: `message ${seq}`,
  timestamp: NOW,
  ...more,
})

/** Creates a room with messages at these places. `more` returns how they differ from a new message of version 0.1.0. */
async function givenPlaces(seqs: readonly number[], more: (seq: number) => Partial<MessageRow> = () => ({})) {
  const chatRoomId = unique('room')
  const headSeq = Math.max(0, ...seqs)
  await ChatRoom.put({ chatRoomId, roomName: 'A room', headSeq, createdBy: 'ada', createdAt: 0 }).go()
  await Message.put(seqs.map((seq) => message(chatRoomId, seq, more(seq)))).go({ concurrency: 4 })
  return chatRoomId
}

async function read(chatRoomId: string, bounds: Range) {
  let page = { messages: [] as MessageRow[], hasMore: false }
  const requests = await metered(client, async () => void (page = await readHistory(chatRoomId, bounds, NOW)))
  const seqs = page.messages.map(({ messageId }) => Number(messageId))
  return { seqs, hasMore: page.hasMore, operations: requests.map(({ operation }) => operation), ...costOf(requests) }
}

/** Reads pages of `limit`, one after the other, until there are no more. */
async function pages(chatRoomId: string, direction: 'forwards' | 'backwards', limit: number) {
  const found: Awaited<ReturnType<typeof read>>[] = []
  for (let bounds: Omit<Range, 'limit'> = direction === 'forwards' ? { after: 0 } : {}; ;) {
    const page = await read(chatRoomId, { ...bounds, limit })
    found.push(page)
    if (!page.hasMore) return found
    bounds = direction === 'forwards' ? { after: page.seqs.at(-1)! } : { before: page.seqs[0]! }
  }
}

const isSealed = async (chatRoomId: string, seq: number) =>
  (await putMessage(message(chatRoomId, seq, { content: 'late' }))) === 'sealed'

const directions = ['forwards', 'backwards'] as const

/** Requests that `readHistory` itself makes at most. */
const MOST = 4

describe('a place that was drawn long ago', () => {
  const old = { timestamp: NOW, prevDrawnAt: NOW - MAX_WRITER_MS - 1_000 }

  test.for(directions)(
    'is left as it is, however many there are: 400 are read over in one request, %s',
    async (way) => {
      const room = await givenPlaces([...range(1, 20), ...range(421, 440)], (seq) => (seq === 421 ? old : {}))
      const [page, ...others] = await pages(room, way, 50)
      expect(others).toEqual([])
      expect(page).toMatchObject({ seqs: [...range(1, 20), ...range(421, 440)], operations: ['Query'], writes: 0 })
    },
  )

  test('is neither waited for nor sealed from a minute on, and both before', async () => {
    for (const [age, operations] of [
      [61_000, ['Query']],
      [59_000, ['Query', 'Query', 'TransactWriteItems']],
    ] as const) {
      const room = await givenPlaces([1, 3], () => ({ timestamp: NOW, prevDrawnAt: NOW - age }))
      expect(await read(room, { limit: 50 })).toMatchObject({ seqs: [1, 3], operations })
      expect(await isSealed(room, 2)).toBe(age < MAX_WRITER_MS)
    }
  })

  test('is told by the message’s own time in a row of version 0.1.0', async () => {
    for (const [age, requests] of [
      [61_000, 1],
      [59_000, 3],
    ] as const) {
      const room = await givenPlaces([1, 3], () => ({ timestamp: NOW - age }))
      expect(await read(room, { limit: 50 })).toMatchObject({ requests })
    }
  })

  test('is older than the longest that a function runs', () => {
    const { functions, schedules } = loadStack()
    // Scheduled functions write no messages.
    const byClock = Object.values(schedules).map((schedule) => schedule.function)
    const writers = Object.entries(functions).filter(([name]) => !byClock.includes(name))
    const timeouts = writers.map(([, { timeoutSeconds }]) => timeoutSeconds * 1_000)
    expect(MAX_WRITER_MS).toBeGreaterThanOrEqual(Math.max(...timeouts))
  })
})

/**
 * Requests at most for the largest page of `getHistory`. It also reads the room and the membership, which makes five.
 */
const MOST_OF_A_PAGE = 3

describe('a page that is read in parts', () => {
  const everyThird = range(1, 300).filter((seq) => seq % 3 === 0)
  test.for([
    ['none', []],
    ['one in its first part', [5, 296]],
    ['one behind its first part', [40, 261]],
    ['one in each part', [5, 40, 80, 221, 261, 296]],
    ['every third place', everyThird],
    ['all but a few', range(1, 300).filter((seq) => seq % 25 !== 0)],
  ] as const)(
    'takes three requests at most, and with its next pages leaves nothing out: holes, %s',
    async ([, holes]) => {
      for (const way of directions) {
        const chatRoomId = await givenPlaces(range(1, 301).filter((seq) => !(holes as readonly number[]).includes(seq)))
        const found: number[] = []
        for (let bounds: Omit<Range, 'limit'> = way === 'forwards' ? { after: 0 } : {}; ;) {
          let page = { messages: [] as MessageRow[], hasMore: false }
          const read = async () =>
            void (page = await readPage(chatRoomId, { ...bounds, limit: 100 }, 70_000, NOW, MOST_OF_A_PAGE))
          const requests = await metered(client, read)
          expect(requests.length).toBeLessThanOrEqual(MOST_OF_A_PAGE)
          expect(page.messages.length).toBeLessThanOrEqual(100)
          found.push(...page.messages.map(({ messageId }) => Number(messageId)))
          if (!page.hasMore) break
          const edge = way === 'forwards' ? page.messages.at(-1)! : page.messages[0]!
          bounds = way === 'forwards' ? { after: Number(edge.messageId) } : { before: Number(edge.messageId) }
        }
        const there = range(1, 301).filter((seq) => !(holes as readonly number[]).includes(seq))
        expect(found.sort((a, b) => a - b)).toEqual(there)
      }
    },
  )
})

test.for(directions)('400 sealed places before a page take few requests and no write, %s', async (way) => {
  const messages = way === 'forwards' ? range(401, 460) : range(1, 60)
  const hole = { kind: 'hole', content: '', senderId: '' } as const
  const room = await givenPlaces(range(1, 460), (seq) => (messages.includes(seq) ? {} : hole))
  const [first, ...others] = await pages(room, way, 50)
  expect(first!.seqs).toEqual(way === 'forwards' ? range(401, 450) : range(11, 60))
  expect(others.flatMap(({ seqs }) => seqs)).toEqual(way === 'forwards' ? range(451, 460) : range(1, 10))
  expect(first).toMatchObject({ hasMore: true, writes: 0 })
  expect(first!.requests).toBeLessThanOrEqual(MOST)
})

test.for(directions)('3,000 sealed places before a page are passed in the requests of any page, %s', async (way) => {
  const messages = way === 'forwards' ? [3_001, 3_002] : [1, 2]
  const hole = { kind: 'hole', content: '', senderId: '' } as const
  const room = await givenPlaces(range(1, 3_002), (seq) => (messages.includes(seq) ? {} : hole))
  const bounds = way === 'forwards' ? { after: 0 } : {}
  let found: number[] = []
  const requests = await metered(client, async () => {
    const page = await readPage(room, { ...bounds, limit: 50 }, 70_000, NOW, MOST_OF_A_PAGE)
    found = page.messages.map(({ messageId }) => Number(messageId))
  })
  expect(found).toEqual(messages)
  expect(costOf(requests)).toMatchObject({ requests: MOST_OF_A_PAGE, writes: 0 })
})

describe('young holes', () => {
  test.for(directions)('40 in one page are sealed in one transaction, %s', async (way) => {
    const evens = range(1, 40).map((i) => 2 * i)
    const room = await givenPlaces(evens)
    const [page, ...others] = await pages(room, way, 50)
    expect(others).toEqual([])
    expect(page).toMatchObject({ seqs: evens, operations: ['Query', 'Query', 'TransactWriteItems'], writes: 80 })
    for (const seq of evens) expect(await isSealed(room, seq - 1)).toBe(true)
    expect(await read(room, { limit: 50 })).toMatchObject({ seqs: evens, writes: 0 })
  })

  test('a run of 400 takes as few requests, and its newest 100 places are sealed', async () => {
    for (const bounds of [{ after: 0 }, {}, { before: 401 }]) {
      const room = await givenPlaces([401, 402])
      const page = await read(room, { ...bounds, limit: 50 })
      expect(page.seqs).toEqual('before' in bounds ? [] : [401, 402])
      expect(page.requests).toBeLessThanOrEqual(MOST)
      for (const seq of [301, 350, 400]) expect([seq, await isSealed(room, seq)]).toEqual([seq, true])
    }
  })

  test.for(directions)('more than one transaction holds end the page early, and each is final, %s', async (way) => {
    const thirds = range(1, 90).map((i) => 3 * i)
    const room = await givenPlaces(thirds)
    const found = await pages(room, way, 100)
    expect(found.length).toBeGreaterThan(1)
    expect((way === 'forwards' ? found : found.reverse()).flatMap(({ seqs }) => seqs)).toEqual(thirds)
    for (const page of found) expect(page.requests).toBeLessThanOrEqual(MOST)
    for (const seq of thirds) expect([seq, await isSealed(room, seq - 1)]).toEqual([seq, true])
  })

  test('a message that arrives while the reader waits is returned', async () => {
    const room = await givenPlaces([1, 4])
    let queries = 0
    intercept(client, async ({ operation }, send) => {
      if (operation === 'Query' && ++queries === 2) await putMessage(message(room, 3))
      await send()
    })
    expect((await read(room, { limit: 50 })).seqs).toEqual([1, 3, 4])
    expect(await isSealed(room, 2)).toBe(true)
    expect(await getMessage(room, messageIdOf(3))).toMatchObject({ content: 'message 3' })
  })

  test('a message that arrives while its place is being sealed is returned, and the others are sealed', async () => {
    const room = await givenPlaces([1, 6])
    let transactions = 0
    intercept(client, async ({ operation }, send) => {
      if (operation === 'TransactWriteItems' && ++transactions <= 2) await putMessage(message(room, 2 + transactions))
      await send()
    })
    expect((await read(room, { limit: 50 })).seqs).toEqual([1, 3, 4, 6])
    expect(transactions).toBe(3)
    for (const seq of [2, 5]) expect(await isSealed(room, seq)).toBe(true)
  })

  test('two readers at once seal the same places, and both have the page', async () => {
    const evens = range(1, 30).map((i) => 2 * i)
    const room = await givenPlaces(evens)
    const both = await Promise.all([{ after: 0 }, {}].map((b) => readHistory(room, { ...b, limit: 50 }, NOW)))
    for (const { messages } of both) expect(messages.map(({ messageId }) => Number(messageId))).toEqual(evens)
    for (const seq of evens) expect(await isSealed(room, seq - 1)).toBe(true)
  })
})

test('messages too large for one request are read in pages that end early', async () => {
  const room = await givenPlaces(range(1, 60), (seq) => ({ content: String(seq % 10).repeat(60_000) }))
  for (const way of directions) {
    const found = await pages(room, way, 100)
    expect((way === 'forwards' ? found : found.reverse()).flatMap(({ seqs }) => seqs)).toEqual(range(1, 60))
    for (const page of found) expect(page.requests).toBeLessThanOrEqual(MOST)
  }
})

test.for(range(1, thorough ? 10 : 3))(
  'pages joined give every message once, whatever lies between them: %i',
  async (seed) => {
    const random = seededRandom(seed)
    const kinds = new Map<number, 'text' | 'hole'>()
    for (let seq = 0; seq < 600;) {
      const run = 1 + Math.floor(random() ** 4 * 120)
      const kind = (['text', 'hole', 'gap'] as const)[Math.floor(random() * 3)]!
      for (let i = 0; i < run; i++) {
        seq++
        if (kind !== 'gap') kinds.set(seq, kind)
      }
    }
    const expected = [...kinds].filter(([, kind]) => kind === 'text').map(([seq]) => seq)
    for (const limit of [1, 7, 100]) {
      for (const way of directions) {
        let young = 0
        const room = await givenPlaces([...kinds.keys()], (seq) => {
          let gap = 0
          while (seq - gap > 1 && !kinds.has(seq - gap - 1)) gap++
          const isYoung = young + gap <= 100 && random() < 0.5
          if (isYoung) young += gap
          return { kind: kinds.get(seq)!, prevDrawnAt: NOW - (isYoung ? 1_000 : 100_000) }
        })
        const found = await pages(room, way, limit)
        expect((way === 'forwards' ? found : found.reverse()).flatMap(({ seqs }) => seqs)).toEqual(expected)
        for (const page of found) expect(page.requests).toBeLessThanOrEqual(MOST)
      }
    }
  },
)

describe('a message notes when the number before it was drawn', () => {
  test('by what the draw returns, also when the number before was given back', async () => {
    const room = await givenPlaces([])
    expect(await nextSeq(room, 1_000)).toEqual({ seq: 1, drawnAt: 1_000 })
    expect(await nextSeq(room, 2_000)).toEqual({ seq: 2, drawnAt: 2_000, prevDrawnAt: 1_000 })
    expect(await takeBackSeq(room, { seq: 2 })).toBe(true)
    expect(await nextSeq(room, 3_000)).toEqual({ seq: 2, drawnAt: 3_000, prevDrawnAt: 2_000 })
    const many = await Promise.all(range(1, 50).map((i) => nextSeq(room, 3_000 + i)))
    expect(many.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(range(3, 52))
  })

  test('in its row, and every message of the room after the first has it', async () => {
    const room = await givenPlaces([])
    const draft = {
      chatRoomId: room,
      senderId: 'ada',
      kind: 'text',
      content: 'hello',
      originConnectionId: 'c',
    } as const
    const before = Date.now()
    for (const named of [{}, { clientMessageId: 'c1' }, {}]) {
      await appendMessage({ ...draft, ...named }, { check: Promise.resolve('member' as const) }, NOW)
    }
    const [first, second, third] = await Promise.all([1, 2, 3].map((seq) => getMessage(room, messageIdOf(seq))))
    expect(first!.prevDrawnAt).toBeUndefined()
    for (const { prevDrawnAt } of [second!, third!]) {
      expect(prevDrawnAt).toBeGreaterThanOrEqual(before)
      expect(prevDrawnAt).toBeLessThanOrEqual(Date.now())
    }
  })
})
