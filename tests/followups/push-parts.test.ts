import { expect, test } from 'vitest'
import { partsOf } from '../../src/followups/push-parts.ts'
import type { Woken } from '../../src/followups/whom-to-wake.ts'

const woken = (count: number, idOf = (place: number) => `user-${place}`): Woken[] =>
  Array.from({ length: count }, (_, place) => ({ userId: idOf(place), reason: 'message', place }))

test('at most 500 users are in a part, each in one, and in the same one when some of them have read meanwhile', () => {
  const all = partsOf(woken(1_000))
  expect([...all].map(([name, some]) => [name, some.length])).toEqual([
    ['message0', 500],
    ['message1', 500],
  ])
  const fewer = partsOf(woken(1_000).filter(({ place }) => place % 3 !== 0))
  for (const [name, some] of fewer) expect(all.get(name)).toEqual(expect.arrayContaining(some))
})

test('a part stays below the size of an event with the longest ids', () => {
  const parts = partsOf(woken(500, (place) => `${'👍'.repeat(126)}${String(place).padStart(3, '0')}`))
  expect(parts.size).toBeGreaterThan(1)
  for (const some of parts.values())
    expect(Buffer.byteLength(JSON.stringify(some.map(({ userId }) => userId)))).toBeLessThan(120_001)
})
