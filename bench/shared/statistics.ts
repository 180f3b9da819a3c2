/**
 * Returns the nearest-rank percentile.
 *
 * @param share from 0 to 1
 * @throws RangeError if there are no values
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('unable to take a percentile; there are no values')
  return value
}

/**
 * Returns the middle value, or the mean of the two middle ones.
 *
 * @throws RangeError if there are no values
 */
export function median(values: readonly number[]): number {
  const low = percentile(values, 0.5)
  return values.length % 2 === 1 ? low : (low + percentile(values, 0.5 + 1 / values.length)) / 2
}

export interface Line {
  slope: number
  /** The value at x = 0. */
  constant: number
  /** The largest relative deviation: |measured − line| / measured. */
  worst: number
}

/**
 * Fits the straight line that minimizes the squares of the *relative* deviations, so that a point at 10 counts as much
 * as one at 100,000. All y must be positive, and at least two x must differ.
 */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  const sums = { w: 0, x: 0, y: 0, xx: 0, xy: 0 }
  for (const [x, y] of points) {
    const w = 1 / (y * y)
    sums.w += w
    sums.x += w * x
    sums.y += w * y
    sums.xx += w * x * x
    sums.xy += w * x * y
  }
  const slope = (sums.w * sums.xy - sums.x * sums.y) / (sums.w * sums.xx - sums.x * sums.x)
  const constant = (sums.y - slope * sums.x) / sums.w
  const worst = Math.max(...points.map(([x, y]) => Math.abs(y - constant - slope * x) / y))
  return { slope, constant, worst }
}
