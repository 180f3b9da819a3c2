import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { lastTyping } from '../../src/entities/typing.ts'
import { tellTyping } from '../../src/rooms/tell-typing.ts'
import { loadStack } from '../../terraform/stack.ts'
import { recorded } from '../support/recorded.ts'
import { unique } from '../support/runtime.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const START = 1_800_000_000_000

const say = async (chatRoomId: string, userId: string, atMs: number, isTyping = true, headSeq = 0) =>
  tellTyping({ chatRoomId, userId, isTyping, headSeq, last: await lastTyping(chatRoomId, userId) }, START + atMs)

/** Announces typing, and returns the users that the record names. */
async function toldBy(chatRoomId: string, userId: string, atMs: number, isTyping = true) {
  const reply = await say(chatRoomId, userId, atMs, isTyping)
  const row = await lastTyping(chatRoomId, userId)
  const isNew = row?.until === reply.expiresAt && row.pending === undefined && row.toldAt === START + atMs
  return { ...reply, told: isNew ? [userId, ...(row.also ?? []).map((one) => one.userId)] : [] }
}

test('ten who type all the time are told of every 2 s, all of them, and each is always shown', async () => {
  const room = unique('room')
  const agenda = Array.from({ length: 10 }, (_, i) => ({ userId: `user-${i}`, at: i * 137 }))
  const tellings: number[] = []
  const shownUntil = new Map<string, number>()
  const gaps: number[] = []
  for (let next = agenda.shift()!; next.at < 20_000; next = agenda.shift()!) {
    const { userId, at } = next
    const { told, repeatAfterMs } = await toldBy(room, userId, at)
    if (told.length > 0) tellings.push(at)
    for (const shown of told) {
      if (shownUntil.has(shown)) gaps.push(at - shownUntil.get(shown)!)
      shownUntil.set(shown, at + 10_000)
    }
    // The SDK repeats it, too.
    agenda.push({ userId, at: at + (repeatAfterMs ?? 7_000) })
    agenda.sort((a, b) => a.at - b.at)
  }
  expect(shownUntil.size).toBe(10)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1_500)
  expect(tellings.length).toBeLessThanOrEqual(4 + 10)
})

test('four who type at once are told of at once, and so is the end of each', async () => {
  const room = unique('room')
  for (const userId of ['ada', 'bob', 'cleo', 'dan']) {
    expect((await toldBy(room, userId, 0)).told).toEqual([userId])
  }
  expect(await say(room, 'eve', 100)).toMatchObject({ repeatAfterMs: 1_900 })
  expect(await say(room, 'fay', 200)).toMatchObject({ repeatAfterMs: 2_100 })
  const { told } = await toldBy(room, 'eve', 2_000)
  expect(told).toEqual(['eve', 'fay'])
  expect(await say(room, 'fay', 2_300)).toEqual({ expiresAt: START + 10_200 })
})

test('an end that waits is told by the next one, too', async () => {
  const room = unique('room')
  for (const userId of ['ada', 'bob', 'cleo', 'dan']) await say(room, userId, 0)
  expect(await say(room, 'ada', 500, false)).toMatchObject({ repeatAfterMs: 1_500 })
  await say(room, 'eve', 2_001)
  expect((await lastTyping(room, 'eve'))?.also).toEqual([{ userId: 'ada', isTyping: false, until: START + 500 }])
  expect(await say(room, 'ada', 2_100, false)).toEqual({ expiresAt: START + 500 })
})

test('in a room of two nobody waits, and nobody is looked for', async () => {
  const requests = await recorded(() => say('dm:0123456789abcdef0123456789abcdef', 'ada', 0))
  expect(requests.map(({ operation }) => operation)).toEqual(['GetItem', 'PutItem'])
})

test('who toggles is told of twice in 3 s', async () => {
  const room = unique('room')
  expect((await say(room, 'ada', 0)).repeatAfterMs).toBeUndefined()
  expect(await say(room, 'ada', 100, false)).toEqual({ expiresAt: START + 100 })
  expect(await say(room, 'ada', 200)).toEqual({ expiresAt: START + 100, repeatAfterMs: 2_800 })
  expect(await say(room, 'ada', 300, false)).toEqual({ expiresAt: START + 100 })
  expect(await say(room, 'ada', 3_000)).toEqual({ expiresAt: START + 13_000 })
})
