/**
 * Where a batch failed, by what the function returned: the index of the first record to work again, `none`, or `whole`
 * for an answer that names no record of the batch (an empty, missing or unknown `itemIdentifier`).
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
