import type { DynamoDBRecord } from 'aws-lambda'

/** A record that was read and passed the filters, but is not processed yet. */
export interface PendingRecord {
  readonly record: DynamoDBRecord
  readonly sequenceNumber: string
  /** Its share of the event, in bytes of JSON. */
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Call it when the record was processed or is in the on-failure destination. */
  finish(): void
}
