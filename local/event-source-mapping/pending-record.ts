import type { DynamoDBRecord } from 'aws-lambda'

/** A record that was read and passed the filters, and is not worked yet. */
export interface PendingRecord {
  readonly record: DynamoDBRecord
  readonly sequenceNumber: string
  /** What it takes of the event, in bytes of JSON. */
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** It has been worked, or handed to the on-failure destination. */
  finish(): void
}
