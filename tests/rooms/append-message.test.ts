import { database, tableName } from '../support/own-table.ts'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ChatRoom, getRoom } from '../../src/entities/chat-room.ts'
import { Message } from '../../src/entities/message.ts'
import { contentHashOf, getGuard, SendGuard } from '../../src/entities/send-guard.ts'
import { client } from '../../src/entities/table.ts'
import { Conflict } from '../../src/errors.ts'
import { appendMessage, type Draft } from '../../src/rooms/append-message.ts'
import { readHistory } from '../../src/rooms/read-history.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { intercept } from '../support/intercept.ts'
import { costOf, metered } from '../support/meter.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

async function storedRoom() {
  const chatRoomId = unique('room')
  await ChatRoom.put({ chatRoomId, roomName: 'A room', headSeq: 0, createdBy: 'ada', createdAt: 0 }).go()
  return chatRoomId
}

const named = (chatRoomId: string, clientMessageId: string, content = 'hello') => ({
  chatRoomId,
  senderId: 'ada',
  kind: 'text' as const,
  content,
  clientMessageId,
  originConnectionId: 'c',
})

const send = (draft: Draft) => appendMessage(draft, { check: Promise.resolve('member' as const) }, Date.now())
const burst = (draft: Draft) => Promise.all(Array.from({ length: 40 }, () => send(draft)))

/** Returns the messages at the room's places, and the number of holes. */
async function placesOf(chatRoomId: string) {
  const { data } = await Message.query.room({ chatRoomId }).go({ pages: 'all', consistent: true })
  const messages = data.filter(({ kind }) => kind !== 'hole')
  const drawn = (await getRoom(chatRoomId))!.headSeq
  return { messages: messages.map(({ content }) => content), holes: drawn - messages.length }
}

/** Writes an unfinished claim of another try, which is `age` milliseconds old. */
const givenClaim = (draft: ReturnType<typeof named>, age: number) =>
  SendGuard.put({
    ...draft,
    token: 'of another try',
    contentHash: contentHashOf(draft),
    claimedAt: Date.now() - age,
  }).go()

const LONG_AGO = 60_000

/** Stops the clock, so that no claim becomes old enough to be taken over, however slow the machine is. */
function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  onTestFinished(() => void vi.useRealTimers())
}

describe('one clientMessageId, many tries at once', () => {
  test('40 tries are one message, one reply and no hole', async () => {
    stopTheClock()
    const room = await storedRoom()
    const replies = await burst(named(room, 'c1'))
    expect(await placesOf(room)).toEqual({ messages: ['hello'], holes: 0 })
    expect(new Set(replies.map(({ seq, messageId, timestamp }) => `${seq} ${messageId} ${timestamp}`)).size).toBe(1)
    expect(replies.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
  })

  test('six bursts with other messages between them leave no hole either', async () => {
    stopTheClock()
    const room = await storedRoom()
    for (let i = 0; i < 6; i++) {
      await Promise.all([burst(named(room, `same-${i}`, `same ${i}`)), send(named(room, `other-${i}`, `other ${i}`))])
    }
    const { messages, holes } = await placesOf(room)
    expect(messages.sort()).toEqual(['other', 'same'].flatMap((what) => [0, 1, 2, 3, 4, 5].map((i) => `${what} ${i}`)))
    expect(holes).toBe(0)
    const reading = await metered(client, () => readHistory(room, { after: 0, limit: 50 }, Date.now()))
    expect(costOf(reading)).toMatchObject({ requests: 1, writes: 0 })
  })

  test('other content is refused, also while the first try is unfinished, and nothing is written', async () => {
    const room = await storedRoom()
    await givenClaim(named(room, 'new'), 0)
    await givenClaim(named(room, 'old'), LONG_AGO)
    await send(named(room, 'kept'))
    for (const id of ['new', 'old', 'kept']) {
      const requests = await metered(client, () => expect(send(named(room, id, 'other'))).rejects.toThrow(Conflict))
      expect(costOf(requests)).toMatchObject({ requests: 2, writes: 0 })
    }
    expect(await placesOf(room)).toEqual({ messages: ['hello'], holes: 0 })
  })
})

test('a refused send writes nothing', async () => {
  const room = await storedRoom()
  const draft = named(room, 'c1')
  const requests = await metered(client, async () => {
    await expect(appendMessage(draft, { check: Promise.reject(new Error('not a member')) }, 0)).rejects.toThrow(
      'not a member',
    )
  })
  expect(costOf(requests).writes).toBe(0)
  expect(await getGuard(draft)).toBeUndefined()
})

test('a guard of version 0.1.0, which was never a claim, is valid', async () => {
  const room = await storedRoom()
  const draft = named(room, 'c1')
  await SendGuard.put({
    ...draft,
    contentHash: contentHashOf({ kind: 'text', content: 'hello' }),
    messageId: '0000000000000007',
    timestamp: 5,
  }).go()
  expect(await send(draft)).toEqual({
    chatRoomId: room,
    messageId: '0000000000000007',
    seq: 7,
    timestamp: 5,
    duplicate: true,
  })
})

/** Makes the next try end at one of its requests, as if its function had crashed there. */
async function crash(draft: Draft, operation: string, isAt: (input: Record<string, unknown>) => boolean = () => true) {
  let isArmed = true
  intercept(client, async (request, proceed) => {
    if (isArmed && request.operation === operation && isAt(request.input as Record<string, unknown>)) {
      throw new Error('crashed')
    }
    await proceed()
  })
  await expect(send(draft)).rejects.toThrow('crashed')
  isArmed = false
}

describe('a try that crashes', () => {
  test('after its claim leaves no hole: the next try takes the claim over', async () => {
    const room = await storedRoom()
    await crash(named(room, 'c1'), 'UpdateItem')
    expect(await placesOf(room)).toEqual({ messages: [], holes: 0 })
    expect(await send(named(room, 'c1'))).toMatchObject({ seq: 1, duplicate: false })
    expect(await placesOf(room)).toEqual({ messages: ['hello'], holes: 0 })
  })

  test('after its draw leaves one hole, however many tries follow', async () => {
    const room = await storedRoom()
    await crash(named(room, 'c1'), 'TransactWriteItems')
    const replies = await burst(named(room, 'c1'))
    expect(new Set(replies.map(({ seq }) => seq))).toEqual(new Set([2]))
    expect(await placesOf(room)).toEqual({ messages: ['hello'], holes: 1 })
  })

  test('before it learns that its message was kept gets the same result from the next', async () => {
    const room = await storedRoom()
    let isArmed = true
    intercept(client, async ({ operation }, proceed) => {
      await proceed()
      if (isArmed && operation === 'TransactWriteItems') throw new Error('crashed')
    })
    await expect(send(named(room, 'c1'))).rejects.toThrow('crashed')
    isArmed = false
    expect(await send(named(room, 'c1'))).toMatchObject({ seq: 1, duplicate: true })
    expect(await placesOf(room)).toEqual({ messages: ['hello'], holes: 0 })
  })
})

describe('a claim that is taken over from a try that is only slow', () => {
  test('keeps one message, and the slow try returns it and gives its number up', async () => {
    const room = await storedRoom()
    let isFirst = true
    let winner: Awaited<ReturnType<typeof send>> | undefined
    intercept(client, async ({ operation }, proceed) => {
      if (operation === 'TransactWriteItems' && isFirst) {
        isFirst = false
        const { senderId, clientMessageId } = named(room, 'c1')
        await SendGuard.patch({ chatRoomId: room, senderId, clientMessageId }).set({ claimedAt: 0 }).go()
        winner = await send(named(room, 'c1'))
      }
      await proceed()
    })
    const slow = await send(named(room, 'c1'))
    expect(winner).toMatchObject({ seq: 2, duplicate: false })
    expect(slow).toEqual({ ...winner, duplicate: true })
    expect(await placesOf(room)).toEqual({ messages: ['hello'], holes: 1 })
  })

  test('by many tries at once goes to one of them', async () => {
    const room = await storedRoom()
    await givenClaim(named(room, 'c1'), LONG_AGO)
    const replies = await burst(named(room, 'c1'))
    expect(replies.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(await placesOf(room)).toEqual({ messages: ['hello'], holes: 0 })
  })

  test('is waited for first, because its try may be about to keep the message', async () => {
    const room = await storedRoom()
    await givenClaim(named(room, 'c1'), 0)
    expect(await send(named(room, 'c1'))).toMatchObject({ seq: 1, duplicate: false })
  })
})
