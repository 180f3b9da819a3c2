import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'

export type StreamFunction = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>

export interface Failure {
  sequenceNumber: string
  /** What was thrown; missing when the function reported the record, and said why in its log. */
  error?: Error
}

/**
 * Hands records to the stream function, in order; answers with those that failed again.
 *
 * A batch that throws is halved, as Lambda does, until the bad record stands alone. What was in it with others may be
 * delivered twice, which clients drop.
 */
export async function replay(records: readonly DynamoDBRecord[], handler: StreamFunction): Promise<Failure[]> {
  try {
    const { batchItemFailures } = await handler({ Records: [...records] })
    return batchItemFailures.map(({ itemIdentifier }) => ({ sequenceNumber: itemIdentifier }))
  } catch (error) {
    const [only] = records
    if (records.length <= 1) return [{ sequenceNumber: only?.dynamodb?.SequenceNumber ?? '', error: error as Error }]
    const half = Math.ceil(records.length / 2)
    const first = await replay(records.slice(0, half), handler)
    return [...first, ...(await replay(records.slice(half), handler))]
  }
}
