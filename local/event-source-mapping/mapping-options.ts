import type { DynamoDBStreamsClient, _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBRecord } from 'aws-lambda'
import type { StreamMapping } from '../../terraform/stack.ts'
import type { Invoke, Log } from '../contracts.ts'
import type { TtlDeletions } from '../dynamodb/ttl-deletions.ts'
import type { FailureRecord } from './failure-record.ts'

export interface EventSourceMappingOptions {
  streamsClient: DynamoDBStreamsClient
  streamArn: string
  mapping: StreamMapping
  /** A rejection is a failure of the whole batch. */
  invoke: Invoke
  /** A file that keeps how far the stream was processed. Default: each start begins at `mapping.startingPosition`. */
  checkpointFile?: string | undefined
  /** The on-failure destination. It is called again until it resolves, so that no record is lost. */
  onFailure: (record: FailureRecord) => Promise<void>
  /** Receives every record when it is read, even if no filter passes it. */
  onRecord?: (record: StreamRecord) => void
  /** Shared with the TTL sweeper. */
  ttlDeletions: TtlDeletions
  /** The region in records and ARNs. */
  region: string
  log: Log
  /** Returns epoch milliseconds, for the age of records. Default `Date.now`. */
  clock?: () => number
  /** Milliseconds before the nth retry (1, 2, …). Default: 50, doubled each time up to 5,000. */
  retryDelayMs?: (retry: number) => number
  /** Milliseconds until the next poll of a shard that had no more records. Default: 10 after a write, rising to 100. */
  pollMs?: number | undefined
  faults?: MappingFaults | undefined
}

/** What tests may do to the mapping. */
export interface MappingFaults {
  /** Replaces the records of each invocation: duplicates, reorders or drops some. */
  onBatch?: (records: DynamoDBRecord[]) => DynamoDBRecord[]
}
