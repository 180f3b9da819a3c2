import { describe, expect, test } from 'vitest'
import { figuresOf, type Run, tableOf, withResults } from '../../bench/report.ts'
import type { Measured, Round } from '../../bench/room.ts'
import { median, percentile } from '../../bench/statistics.ts'
import { textFrame } from '../../bench/text-frame.ts'

/** A phase of two messages to ten connections. */
const measured = (figures: Partial<Measured>): Measured => ({
  elapsedMs: 100,
  frames: 20,
  events: 20,
  repeats: 0,
  resends: 0,
  latenciesMs: [10, 10],
  cpuNodeMs: 20,
  cpuDynamodbMs: 6,
  ...figures,
})

/** Tabletalk's burst ends after so many milliseconds, in half as many frames as events; the floor is the same each time. */
const round = (elapsedMs: number, latenciesMs: number[]): Round => ({
  tabletalk: { paced: measured({ latenciesMs }), burst: measured({ elapsedMs, frames: 10 }) },
  floor: { paced: measured({ cpuNodeMs: 2, latenciesMs: [1, 2] }), burst: measured({ elapsedMs: 10, cpuNodeMs: 2 }) },
})

const rounds = [round(100, [10, 20]), round(400, [30, 40]), round(50, [50, 60])]

describe('statistics', () => {
  test.each([
    [0, 1],
    [0.5, 2],
    [0.51, 3],
    [0.99, 4],
    [1, 4],
  ])('the percentile %f of 4, 1, 3, 2 is %i', (share, expected) => {
    expect(percentile([4, 1, 3, 2], share)).toBe(expected)
  })

  test('the median of an even number of values lies between the two in the middle', () => {
    expect([median([9, 1, 5]), median([9, 1, 5, 6]), median([7])]).toEqual([5, 5.5, 7])
  })

  test('there is no percentile of nothing', () => {
    expect(() => percentile([], 0.5)).toThrow('there are no values')
  })
})

test('figures are medians over the rounds, latencies are those of all messages of all rounds', () => {
  expect(figuresOf(rounds, 'tabletalk')).toEqual({
    eventsPerSecond: 200,
    postsPerEvent: 0.5,
    cpuPerPostUs: 1_000,
    cpuPerEventUs: 1_000,
    p50Ms: 30,
    p99Ms: 60,
    dynamodbPerMessageMs: 3,
  })
})

test('the table has Tabletalk, the floor and their ratio for each size of room', () => {
  const machine = { cpu: 'a CPU', cores: 2, memoryGiB: 8, platform: 'Linux x64', node: '20.0.0' }
  const run: Run = { machine, rooms: [{ connections: 1_000, paced: 2, burst: 2, rounds }] }
  const cells = tableOf(run)
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    )

  expect(cells.slice(2)).toEqual([
    ['1,000', 'Tabletalk', '200', '0.5', '1,000', '1,000', '30', '60', '3'],
    ['', 'floor', '2,000', '1', '100', '100', '1', '2', ''],
    ['', 'ratio', '0.1×', '0.5×', '10×', '10×', '30×', '30×', ''],
  ])
})

test('results replace what stands between the marks, and nothing else', () => {
  const document = '# Title\n\n<!-- bench:start -->\nold\n<!-- bench:end -->\n\nEnd\n'
  const written = '# Title\n\n<!-- bench:start -->\n\nnew\n\n<!-- bench:end -->\n\nEnd\n'
  expect(withResults(document, 'new')).toBe(written)
  expect(withResults(written, 'new')).toBe(written)
  expect(() => withResults('# Title\n', 'new')).toThrow('the document has no')
})

test.each([
  [125, [0x81, 125]],
  [126, [0x81, 126, 0, 126]],
  [65_535, [0x81, 126, 255, 255]],
])('a text frame of %i bytes has the header %j', (length, head) => {
  const payload = Buffer.alloc(length, 'x')
  expect(textFrame(payload)).toEqual(Buffer.concat([Buffer.from(head), payload]))
})

test('a payload that needs a longer header is refused', () => {
  expect(() => textFrame(Buffer.alloc(65_536))).toThrow('larger than 64 KB')
})
