import type { DynamoDBRecord } from 'aws-lambda'
import { logger } from '../logger.ts'
import { defined } from '../protocol/defined.ts'
import { sequenceNumberOf } from './batch-response.ts'

/** The sequence numbers of those records of a batch that must be redelivered. */
export class FailedRecords extends Set<string> {
  readonly #traces: ReadonlyMap<string, string | undefined>

  constructor(records: readonly DynamoDBRecord[]) {
    super()
    this.#traces = new Map(records.map((record) => [sequenceNumberOf(record), record.dynamodb?.NewImage?.TraceId?.S]))
  }

  /** Adds a record, and logs the reason with the trace id of the frame that wrote the row, if there is one. */
  fail(sequenceNumber: string, what: string | undefined, error: unknown): void {
    this.add(sequenceNumber)
    const traceId = this.#traces.get(sequenceNumber)
    logger.error('record failed', { ...defined({ traceId }), sequenceNumber, what, error: error as Error })
  }
}
