import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'

export type StreamFunction = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>

export interface Failure {
  sequenceNumber: string
  /** The thrown error. Undefined if the function reported the record as failed and logged the reason. */
  error?: Error
}

/**
 * Invokes the stream function with the records, in order. Returns those that failed again.
 *
 * A batch that throws is halved, as Lambda does, until the bad record is alone. Records that were in a batch with it
 * may be delivered twice; clients drop the repeats.
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
