/** The nearest-rank percentile, `share` 0–1. @throws RangeError when there are no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('unable to take a percentile; there are no values')
  return value
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const low = percentile(values, 0.5)
  return values.length % 2 === 1 ? low : (low + percentile(values, 0.5 + 1 / values.length)) / 2
}
