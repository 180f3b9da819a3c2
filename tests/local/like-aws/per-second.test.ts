import { expect, test } from 'vitest'
import { PerSecond } from '../../../local/like-aws/per-second.ts'

test('one more than a second takes is too many, of each key for itself, and the next second begins anew', () => {
  let now = 10_000
  const counter = new PerSecond(2, () => now)
  const askedOf = (key: string) => [counter.isOver(key), counter.isOver(key), counter.isOver(key)]
  expect(askedOf('ada')).toEqual([false, false, true])
  expect(askedOf('bob')).toEqual([false, false, true])
  now = 10_999
  expect(counter.isOver('ada')).toBe(true)
  now = 11_000
  expect(askedOf('ada')).toEqual([false, false, true])
})
