import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { Message, type MessageRow, seqOf } from '../../src/entities/message.ts'
import { addPosting, type PostingKey, thousandOf } from '../../src/entities/posting.ts'
import { client } from '../../src/entities/table.ts'
import { newestOf } from '../../src/search/newest-of.ts'
import { placeBefore } from '../../src/search/place-before.ts'
import { queryOf } from '../../src/search/query.ts'
import { searchRooms, type Wanted } from '../../src/search/search-rooms.ts'
import { wordsIn } from '../../src/search/words-of.ts'
import { loadStack } from '../../terraform/stack.ts'
import { costOf, metered } from '../support/meter.ts'
import { message } from '../streams/records.ts'

beforeAll(() => createTable(database, loadStack().table, tableName))

/** Writes messages, each of which its words find. */
async function given(rows: readonly MessageRow[]): Promise<void> {
  await Message.put([...rows]).go({ concurrent: 4 })
  const seqs = new Map<string, { key: PostingKey; seqs: number[] }>()
  for (const row of rows) {
    for (const { token: word } of wordsIn(row)) {
      const key = { chatRoomId: row.chatRoomId, thousand: thousandOf(seqOf(row)), word }
      const id = JSON.stringify(key)
      seqs.set(id, { key, seqs: [...(seqs.get(id)?.seqs ?? []), seqOf(row)] })
    }
  }
  await Promise.all([...seqs.values()].map((one) => addPosting(one.key, one.seqs)))
}

const room = (chatRoomId: string, headSeq: number, since = 0) => ({
  ...{ chatRoomId, headSeq, since },
  isReadable: () => true,
})

/** Returns every page of a search, until there are no more. */
async function pagesOf(rooms: ReturnType<typeof room>[], query: string, wanted: Partial<Wanted> = {}) {
  const pages: string[][] = []
  let places: number[] | undefined
  do {
    const found = await searchRooms(rooms, { query: queryOf(query), limit: 20, ...wanted }, places)
    const newest = newestOf(found, wanted.limit ?? 20)
    pages.push(newest.map(({ message: one }) => `${one.chatRoomId} ${seqOf(one)}`))
    places = found.map(({ hits, next = 0, below }, i) => {
      const taken = newest.filter((hit) => hit.message.chatRoomId === rooms[i]!.chatRoomId)
      return taken.length === hits.length ? next : seqOf(taken.at(-1)?.message ?? { messageId: String(below) })
    })
  } while (places.some((place) => place > 0) && pages.length < 100)
  return pages
}

test('finds over thousands, the newest first, and goes on page by page', async () => {
  const seqs = [3, 999, 1_000, 2_500, 40_001]
  await given(seqs.map((seq) => message('deep', seq, { content: `needle in ${seq}` })))
  const all = [...seqs].reverse().map((seq) => `deep ${seq}`)
  expect((await pagesOf([room('deep', 40_100)], 'needle')).flat()).toEqual(all)
  expect(await pagesOf([room('deep', 40_100)], 'need', { limit: 2 })).toEqual([
    all.slice(0, 2),
    all.slice(2, 4),
    all.slice(4),
  ])
  expect((await pagesOf([room('deep', 40_100, 999)], 'needle')).flat()).toEqual(all.slice(0, 3))
  expect((await pagesOf([room('deep', 2_500)], 'needle')).flat()).toEqual(all.slice(1))
  expect((await pagesOf([room('deep', 40_100)], 'needle 2500')).flat()).toEqual(['deep 2500'])
})

test('of several rooms the newest come first, by their moments', async () => {
  const at = (chatRoomId: string, seq: number, timestamp: number) =>
    message(chatRoomId, seq, { content: 'needle', timestamp })
  await given([at('a', 1, 10), at('a', 2, 30), at('a', 3, 50), at('b', 1, 20), at('b', 2, 40)])
  const rooms = [room('a', 3), room('b', 2)]
  expect(await pagesOf(rooms, 'needle')).toEqual([['a 3', 'b 2', 'a 2', 'b 1', 'a 1']])
  expect((await pagesOf(rooms, 'needle', { limit: 2 })).flat()).toEqual(['a 3', 'b 2', 'a 2', 'b 1', 'a 1'])
})

test('only of a user, and only from before a moment, which is found by halving', async () => {
  const rows = Array.from({ length: 300 }, (_, i) =>
    message('old', i + 1, { content: 'x', timestamp: 1_000 + i, senderId: i % 2 === 0 ? 'ada' : 'bob' }),
  )
  await Message.put(rows).go({ concurrent: 4 })
  await given([5, 6, 150, 290].map((seq) => ({ ...rows[seq - 1]!, content: 'needle' })))
  const rooms = [room('old', 300)]
  expect((await pagesOf(rooms, 'needle', { from: 'ada' })).flat()).toEqual(['old 5'])
  expect((await pagesOf(rooms, 'needle', { before: 1_149 })).flat()).toEqual(['old 6', 'old 5'])
  expect((await pagesOf(rooms, 'needle', { before: 1_150 })).flat()).toEqual(['old 150', 'old 6', 'old 5'])
  const place = await placeBefore('old', 1_149, 300)
  expect(place).toBeGreaterThan(150)
  expect(place).toBeLessThan(260)
  expect(await placeBefore('old', 0, 300)).toBeLessThan(110)
  expect(await placeBefore('old', 9_999, 300)).toBe(301)
})

test('a beginning that very many words have narrows nothing down, and what has it is found all the same', async () => {
  const rows = Array.from({ length: 102 }, (_, i) => message('broad', i + 1, { content: `needle${i} hay` }))
  await given([...rows, message('broad', 103, { content: 'hay' })])
  const found = (await pagesOf([room('broad', 103)], 'needle', { limit: 50 })).flat()
  expect(found).toEqual(rows.map((row) => `broad ${seqOf(row)}`).reverse())
  expect((await pagesOf([room('broad', 103)], 'hay needle7')).flat()).toHaveLength(11)
})

test('one search asks so much and no more, and says that there is more', async () => {
  const seqs = Array.from({ length: 130 }, (_, i) => i)
  const key = { chatRoomId: 'busy', thousand: 99, word: 'needle' }
  await addPosting(
    key,
    seqs.map((i) => 99_000 + i),
  )
  await Message.put(seqs.map((i) => message('busy', 99_000 + i, { content: 'something else' }))).go({ concurrent: 4 })
  const wanted = { query: queryOf('needle'), limit: 50 }
  let [found] = await searchRooms([room('busy', 99_999)], wanted, undefined)
  expect(found).toEqual({ below: 100_000, hits: [], next: 99_010 })
  const cost = costOf(
    await metered(client, async () => {
      ;[found] = await searchRooms([room('busy', 98_999)], wanted, undefined)
    }),
  )
  expect(found).toEqual({ below: 99_000, hits: [], next: 39_000 })
  expect(cost).toMatchObject({ requests: 60 })
  const rest = { query: queryOf('needle other words'), limit: 50 }
  ;[found] = await searchRooms([room('busy', 98_999)], rest, undefined)
  expect(found!.next).toBe(79_000)
})
