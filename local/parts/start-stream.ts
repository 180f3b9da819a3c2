import { join } from 'node:path'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { REGION } from '../account.ts'
import type { Invoke } from '../contracts.ts'
import { TtlDeletions } from '../dynamodb/ttl-deletions.ts'
import { startTtlSweeper, type TtlSweeper } from '../dynamodb/ttl-sweeper.ts'
import { startEventSourceMapping, type EventSourceMapping } from '../event-source-mapping/event-source-mapping.ts'
import type { FailureRecord } from '../event-source-mapping/failure-record.ts'
import { createFailureDestination, type FailureDestination } from '../failure-destination.ts'
import type { PartContext } from './part-context.ts'
import { type Schedules, startSchedules } from './start-schedules.ts'

interface StreamPart {
  schedules: Schedules
  mapping: EventSourceMapping
  sweeper: TtlSweeper
  failures: FailureDestination<FailureRecord>
}

const TTL_SWEEP_INTERVAL_MS = 5_000

/**
 * Invokes the stream's function with what happens in the table, deletes the items that have expired, and calls the
 * functions that are called by the clock.
 */
export async function startStream(
  context: PartContext,
  table: { dynamodb: DynamoDBClient; streamsClient: DynamoDBStreamsClient; streamArn: string },
  invoke: Invoke,
): Promise<StreamPart> {
  const { options, stack, tableName, log, closers } = context
  const { dataDir } = options
  const failures = createFailureDestination<FailureRecord>({ dataDir, log })
  const ttlDeletions = new TtlDeletions()
  const sweeper = startTtlSweeper({
    client: table.dynamodb,
    tableName,
    stackTable: stack.table,
    everyMs: options.ttlSweepMs ?? TTL_SWEEP_INTERVAL_MS,
    ttlDeletions,
    log,
  })
  closers.add(() => sweeper.close())

  const schedules = startSchedules(context, invoke)
  const mapping = await startEventSourceMapping({
    streamsClient: table.streamsClient,
    streamArn: table.streamArn,
    mapping: { ...stack.stream, ...options.mapping },
    invoke,
    onFailure: (record) => failures.put(record),
    onRecord: (record) => {
      sweeper.see(record)
      schedules.see(record)
    },
    ttlDeletions,
    region: REGION,
    log,
    faults: options.mappingFaults,
    checkpointFile: dataDir === undefined ? undefined : join(dataDir, 'stream-checkpoint.json'),
  })
  closers.add(() => mapping.close())
  return { mapping, sweeper, schedules, failures }
}
