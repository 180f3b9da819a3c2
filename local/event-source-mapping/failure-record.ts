import { randomUUID } from 'node:crypto'
import type { PendingRecord } from './pending-record.ts'

export type FailureCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded'

/**
 * What Lambda writes to an S3 on-failure destination: the batch's position in the stream, and in `payload` the whole
 * event, which can be invoked again.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export interface FailureRecord {
  requestContext: {
    requestId: string
    functionArn: string
    condition: FailureCondition
    approximateInvokeCount: number
  }
  /** Missing when the function was never invoked. */
  responseContext?: { statusCode: number; executedVersion: string; functionError?: string }
  version: '1.0'
  /** ISO 8601, with milliseconds. */
  timestamp: string
  DDBStreamBatchInfo: {
    shardId: string
    startSequenceNumber: string
    endSequenceNumber: string
    /** ISO 8601, without milliseconds. */
    approximateArrivalOfFirstRecord: string
    /** ISO 8601, without milliseconds. */
    approximateArrivalOfLastRecord: string
    batchSize: number
    streamArn: string
  }
  /** The event, as JSON. */
  payload: string
}

export function failureRecord(failed: {
  records: readonly PendingRecord[]
  condition: FailureCondition
  invocations: number
  /** Whether the last invocation threw, instead of reporting failures. */
  threw: boolean
  functionArn: string
  shardId: string
  streamArn: string
  now: number
}): FailureRecord {
  const { records, condition, invocations, functionArn, shardId, streamArn } = failed
  const first = records[0]
  const last = records.at(-1)
  if (first === undefined || last === undefined) throw new Error('unable to report a failure; the batch is empty')
  return {
    requestContext: { requestId: randomUUID(), functionArn, condition, approximateInvokeCount: invocations },
    ...(invocations > 0 && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(failed.threw && { functionError: 'Unhandled' }),
      },
    }),
    version: '1.0',
    timestamp: new Date(failed.now).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: inSeconds(first.createdAt),
      approximateArrivalOfLastRecord: inSeconds(last.createdAt),
      batchSize: records.length,
      streamArn,
    },
    payload: JSON.stringify({ Records: records.map(({ record }) => record) }),
  }
}

function inSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}
