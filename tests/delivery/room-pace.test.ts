import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { postsOfPage } from '../../src/delivery/batch-budget.ts'
import { RoomPace } from '../../src/delivery/room-pace.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout'], now: 1_800_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a room’s posts are spread evenly, and what it didn’t take is not made up for', () => {
  const pace = new RoomPace(new Map([['crowd', 4_000]]))
  expect([0, 0, 0].map((at) => pace.take('crowd', at))).toEqual([0, 0.25, 0.5])
  expect([10, 10].map((at) => pace.take('crowd', at))).toEqual([10, 10.25])
})

test('a room without a budget is held up by none, not even where its recipients are in both', async () => {
  const pace = new RoomPace(new Map([['crowd', 2]]))
  await pace.turn(['crowd'])
  await pace.turn(['pair'])
  const turns: string[] = []
  const both = pace.turn(['pair', 'crowd']).then(() => turns.push('both'))
  await pace.turn(['pair']).then(() => turns.push('pair'))
  expect(turns).toEqual(['pair'])
  await vi.advanceTimersByTimeAsync(500)
  await both
  expect(turns).toEqual(['pair', 'both'])
})

test('as many pages as are posted to at once stay within what a room may take', () => {
  expect([1, 1.2, 3, 4, 30].map(postsOfPage)).toEqual([8_000, 4_000, 8_000 / 3, 2_000, 2_000])
})

test('what the pace of a room has taken is said, so that it is not taken from the time for retries', async () => {
  const paces = new Map([['crowd', 20]])
  const pace = new RoomPace(paces)
  const turns = Promise.all([pace.turn(['pair']), pace.turn(['crowd']), pace.turn(['crowd'])])
  await vi.advanceTimersByTimeAsync(50)
  expect(await turns).toEqual([0, 0, 50])
})
