/**
 * Reads from a function's return value where its batch failed. Returns the index of the first record to process again,
 * `none`, or `whole` if an `itemIdentifier` is empty, missing or unknown.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function failedFrom(response: unknown, sequenceNumbers: readonly string[]): number | 'none' | 'whole' {
  if (typeof response !== 'object' || response === null) return 'none'
  const { batchItemFailures: failures } = response as { batchItemFailures?: unknown }
  if (failures === undefined || failures === null) return 'none'
  if (!Array.isArray(failures)) return 'whole'

  let lowest = sequenceNumbers.length
  for (const failure of failures as unknown[]) {
    const identifier = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier
    const index = typeof identifier === 'string' ? sequenceNumbers.indexOf(identifier) : -1
    if (index === -1) return 'whole'
    lowest = Math.min(lowest, index)
  }
  return lowest === sequenceNumbers.length ? 'none' : lowest
}
