import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { batchResponse, sequenceNumberOf } from '../streams/batch-response.ts'
import { logger } from '../logger.ts'
import { followDeletion } from './follow-deletion.ts'
import { messageGone } from './message-gone.ts'

const RECORDS_AT_ONCE = 16

/**
 * The second reader of the table's stream: what follows a write and nobody waits for. It posts to nobody, and its
 * failures delay no delivery. Every step may run twice, late and out of order.
 *
 * Returns the records that must be redelivered, as `batchItemFailures`.
 *
 * @throws Error when the first of several records failed: Lambda then halves the batch
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const failed = new Set<string>()
  const queue = Records.values()
  const worker = async () => {
    for (const record of queue) await follow(record, failed)
  }
  await Promise.all(Array.from({ length: RECORDS_AT_ONCE }, worker))
  return batchResponse(Records, failed)
}

async function follow(record: DynamoDBRecord, failed: Set<string>): Promise<void> {
  try {
    const gone = messageGone(record)
    if (gone !== undefined) await followDeletion(gone)
  } catch (error) {
    failed.add(sequenceNumberOf(record))
    logger.error('record failed', {
      sequenceNumber: sequenceNumberOf(record),
      what: record.eventName,
      error: error as Error,
    })
  }
}
