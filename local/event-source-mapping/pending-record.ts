import type { DynamoDBRecord } from 'aws-lambda'

/** A record that was read and passed the filters, but is not processed yet. */
export interface PendingRecord {
  readonly record: DynamoDBRecord
  readonly sequenceNumber: string
  /** Bytes of JSON that the record takes in the event. */
  readonly bytes: number
  /** In epoch milliseconds. */
  readonly createdAt: number
  /** Marks the record as processed, or as stored in the on-failure destination. */
  finish(): void
}
