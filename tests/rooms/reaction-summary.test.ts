import { describe, expect, test } from 'vitest'
import { changedSummary, isClipped, summaryOf, totalOf } from '../../src/rooms/reaction-summary.ts'

let clock = 0
const row = (reaction: string, userId: string, at = (clock += 1)) => ({
  chatRoomId: 'general',
  messageId: '0000000000000001',
  reaction,
  userId,
  at,
})

describe('a summary', () => {
  test('counts each reaction, in the order of their first use', () => {
    const rows = [row('tea', 'ada', 3), row('heart', 'bob', 2), row('tea', 'bob', 1), row('tea', 'cleo', 4)]
    expect(summaryOf(rows)).toEqual([
      { reaction: 'tea', count: 3, userIds: ['bob', 'ada', 'cleo'] },
      { reaction: 'heart', count: 1, userIds: ['bob'] },
    ])
  })

  test('is the same whatever the order of the rows, also of one millisecond', () => {
    const rows = [row('tea', 'ada', 1), row('heart', 'ada', 1), row('tea', 'bob', 1)]
    expect(summaryOf(rows.toReversed())).toEqual(summaryOf(rows))
  })

  test('names the 10 latest, and tells that there are more', () => {
    const [one] = summaryOf(Array.from({ length: 12 }, (_, i) => row('tea', `user-${i}`, i)))
    expect(one).toEqual({ reaction: 'tea', count: 12, userIds: Array.from({ length: 10 }, (_, i) => `user-${i + 2}`) })
    expect(isClipped(one!)).toBe(true)
    expect(isClipped({ reaction: 'tea', count: 1, userIds: ['ada'] })).toBe(false)
  })

  test('shows the first 50 reactions', () => {
    const summary = summaryOf(Array.from({ length: 60 }, (_, i) => row(`r${i}`, 'ada', i)))
    expect(summary.map(({ reaction }) => reaction)).toEqual(Array.from({ length: 50 }, (_, i) => `r${i}`))
  })

  test('has no more ids than fit into a frame beside the message, and counts all the same', () => {
    const longId = (i: number) => `${i}${'\u{1f600}'.repeat(126)}`
    const rows = Array.from({ length: 50 }, (_, i) => Array.from({ length: 10 }, (_, j) => row(`r${i}`, longId(j))))
    const summary = summaryOf(rows.flat())
    expect(summary.map(({ count }) => count)).toEqual(Array(50).fill(10))
    expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThan(12_000)
  })
})

describe('a summary of too many to be counted each time', () => {
  const summary = [
    { reaction: 'tea', count: 1_200, userIds: ['ada', 'bob'] },
    { reaction: 'heart', count: 1, userIds: ['cleo'] },
  ]

  test('adds and takes away, drops what nobody uses any more, and puts what is new last', () => {
    const changes = [
      { reaction: 'tea', userId: 'cleo', added: true },
      { reaction: 'tea', userId: 'ada', added: false },
      { reaction: 'heart', userId: 'cleo', added: false },
      { reaction: 'eyes', userId: 'ada', added: true },
    ]
    expect(changedSummary(summary, changes)).toEqual([
      { reaction: 'tea', count: 1_200, userIds: ['bob', 'cleo'] },
      { reaction: 'eyes', count: 1, userIds: ['ada'] },
    ])
    expect(totalOf(changedSummary(summary, changes))).toBe(1_201)
  })

  test('keeps the 10 latest', () => {
    const changes = Array.from({ length: 12 }, (_, i) => ({ reaction: 'tea', userId: `user-${i}`, added: true }))
    expect(changedSummary(summary, changes)[0]).toEqual({
      reaction: 'tea',
      count: 1_212,
      userIds: Array.from({ length: 10 }, (_, i) => `user-${i + 2}`),
    })
  })
})
