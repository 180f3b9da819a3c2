import { describe, expect, test } from 'vitest'
import { bytesOf, EVENTS_BYTES, longestRun } from '../../src/ws/reply-budget.ts'

test('counts the UTF-8 of the JSON and the comma after it', () => {
  expect(bytesOf('é')).toBe(5)
  expect(bytesOf('\u0001')).toBe(9)
})

test('leaves most of a message of 128 KB to events, and room for the rest of the largest replies', () => {
  expect(EVENTS_BYTES).toBeGreaterThan(64 * 1024)
  expect(EVENTS_BYTES).toBeLessThan(128 * 1024 - 50_000)
})

describe('longestRun', () => {
  const items = ['aa', 'bb', 'cc']
  const size = bytesOf('aa')

  test.each([
    ['everything when it fits exactly', 3 * size, ['aa', 'bb', 'cc'], ['aa', 'bb', 'cc']],
    ['less by one when a byte is missing', 3 * size - 1, ['aa', 'bb'], ['bb', 'cc']],
    ['one item that fits exactly', size, ['aa'], ['cc']],
    ['one item though it does not fit', size - 1, ['aa'], ['cc']],
    ['one item though nothing fits', 0, ['aa'], ['cc']],
  ])('takes %s, in the order given', (_what, bytes, fromStart, fromEnd) => {
    expect(longestRun(items, bytes, 'start')).toEqual(fromStart)
    expect(longestRun(items, bytes, 'end')).toEqual(fromEnd)
  })

  test('ends before a large item even when smaller ones follow', () => {
    expect(longestRun(['a', 'b'.repeat(50), 'c'], 20, 'start')).toEqual(['a'])
    expect(longestRun(['a', 'b'.repeat(50), 'c'], 20, 'end')).toEqual(['c'])
  })

  test('takes nothing from nothing', () => {
    expect(longestRun([], 100, 'start')).toEqual([])
    expect(longestRun([], 100, 'end')).toEqual([])
  })
})
