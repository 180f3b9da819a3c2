import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBRecord } from 'aws-lambda'
import type { Invoke, Log } from '../contracts.ts'
import type { TtlDeletions } from '../dynamodb/ttl-deletions.ts'
import type { StreamMapping } from '../../terraform/stack.ts'
import type { FailureRecord } from './failure-record.ts'

export interface EventSourceMappingOptions {
  streamsClient: DynamoDBStreamsClient
  streamArn: string
  mapping: StreamMapping
  /** Any rejection is a failure of the whole batch. */
  invoke: Invoke
  /** Where to keep how far the stream is worked. Unset: every start begins at `mapping.startingPosition`. */
  checkpointFile?: string | undefined
  /** The on-failure destination. Called again until it resolves: the record is not lost. */
  onFailure: (record: FailureRecord) => Promise<void>
  /** Shared with the TTL sweeper. */
  ttlDeletions: TtlDeletions
  /** The region that records and ARNs name. */
  region: string
  log: Log
  /** Milliseconds since the epoch, for the age of records. Default `Date.now`. */
  clock?: () => number
  /** Milliseconds before the nth retry (1, 2, …). Default: 50, doubling, 5,000 at most. */
  retryDelayMs?: (retry: number) => number
  faults?: MappingFaults | undefined
}

/** What tests may do to the mapping. */
export interface MappingFaults {
  /** Stands in for the records of each invocation: to duplicate, reorder or drop some. */
  onBatch?: (records: DynamoDBRecord[]) => DynamoDBRecord[]
}
