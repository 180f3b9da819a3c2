import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda'

/** Returns the sequence number of a stream record, which identifies the record within its shard. */
export const sequenceNumberOf = (record: DynamoDBRecord): string => record.dynamodb?.SequenceNumber ?? ''

/**
 * Returns what a function of the stream returns for a batch: the records that must be redelivered. Lambda retries from
 * the lowest of them.
 *
 * @param failed sequence numbers
 * @throws Error when the first of several records failed. Lambda bisects a batch at the reported record. If that is the
 *   first record each time, all records after it would end in the on-failure destination too. An error makes Lambda cut
 *   the batch in the middle instead, until the record is alone.
 */
export function batchResponse(records: readonly DynamoDBRecord[], failed: ReadonlySet<string>): DynamoDBBatchResponse {
  if (records.length > 1 && failed.has(sequenceNumberOf(records[0]!))) {
    throw new Error('unable to process the first record of the batch')
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) }
}
