import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Laggards } from '../../src/delivery/laggards.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a laggard is remembered for 30 s from the last time', () => {
  const laggards = new Laggards()
  laggards.add('a')
  vi.advanceTimersByTime(20_000)
  laggards.add('a')
  vi.advanceTimersByTime(29_999)
  expect([laggards.has('a'), laggards.has('b')]).toEqual([true, false])
  vi.advanceTimersByTime(1)
  expect(laggards.has('a')).toBe(false)
})

test('who has recovered is forgotten at once', () => {
  const laggards = new Laggards()
  laggards.add('a')
  laggards.delete('a')
  expect(laggards.has('a')).toBe(false)
})

test('of more than 20,000 the oldest are forgotten', () => {
  const laggards = new Laggards()
  for (let i = 0; i < 20_000; i++) laggards.add(`c${i}`)
  laggards.add('c0')
  laggards.add('one more')
  expect(['c0', 'c1', 'c2', 'one more'].map((id) => laggards.has(id))).toEqual([true, false, true, true])
})
