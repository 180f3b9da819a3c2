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
  /** File that keeps how far the stream was processed. Default: every start begins at `mapping.startingPosition`. */
  checkpointFile?: string | undefined
  /** The on-failure destination. Called again until it resolves, so that no record is lost. */
  onFailure: (record: FailureRecord) => Promise<void>
  /** Receives every record as it is read, those that no filter passes as well. */
  onRecord?: (record: StreamRecord) => void
  /** Shared with the TTL sweeper. */
  ttlDeletions: TtlDeletions
  /** The region in records and ARNs. */
  region: string
  log: Log
  /** Milliseconds since the epoch, for the age of records. Default `Date.now`. */
  clock?: () => number
  /** Milliseconds before the nth retry (1, 2, …). Default: 50, then doubled each time, 5,000 at most. */
  retryDelayMs?: (retry: number) => number
  /** Milliseconds between two looks at a shard in which there was nothing more. Default: less the more is written. */
  pollMs?: number | undefined
  faults?: MappingFaults | undefined
}

/** What tests may do to the mapping. */
export interface MappingFaults {
  /** Replaces the records of each invocation: duplicates, reorders or drops some. */
  onBatch?: (records: DynamoDBRecord[]) => DynamoDBRecord[]
}
