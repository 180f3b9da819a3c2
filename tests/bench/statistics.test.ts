import { describe, expect, test } from 'vitest'
import { fitLine, median, percentile } from '../../bench/shared/statistics.ts'

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

  test('a straight line is found again, whatever the sizes', () => {
    const line = fitLine([10, 100, 100_000].map((x) => [x, 3 + 0.5 * x]))
    expect(line.slope).toBeCloseTo(0.5)
    expect(line.constant).toBeCloseTo(3)
    expect(line.worst).toBeCloseTo(0)
  })

  test('a deviation counts by its share of the value, and the largest share is told', () => {
    const line = fitLine([
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
    ])
    expect(line.slope).toBeCloseTo(0)
    // Of 1 and 2 with the weights 1 and 1/4.
    expect(line.constant).toBeCloseTo(1.2)
    expect(line.worst).toBeCloseTo(0.4)
  })
})
