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
  followups: EventSourceMapping
  sweeper: TtlSweeper
  failures: FailureDestination<FailureRecord>
  followupFailures: FailureDestination<FailureRecord>
}

const TTL_SWEEP_INTERVAL_MS = 5_000

/**
 * Starts everything that follows from the table: the two readers of the stream, the deletion of expired items, and the
 * schedules.
 */
export async function startStream(
  context: PartContext,
  table: { dynamodb: DynamoDBClient; streamsClient: DynamoDBStreamsClient; streamArn: string },
  invoke: Invoke,
): Promise<StreamPart> {
  const { options, stack, tableName, log, closers } = context
  const { dataDir } = options
  const failures = createFailureDestination<FailureRecord>({ dataDir, log })
  const followupFailures = createFailureDestination<FailureRecord>({ dataDir, log, folder: 'on-followup-failure' })
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

  const { streamsClient, streamArn } = table
  const pollMs = options.likeAws?.pollMs
  const common = { streamsClient, streamArn, invoke, ttlDeletions, region: REGION, log, pollMs }
  const checkpointFile = (name: string) => (dataDir === undefined ? undefined : join(dataDir, name))
  const schedules = startSchedules(context, invoke)
  const mapping = await startEventSourceMapping({
    ...common,
    mapping: { ...stack.stream, ...options.mapping },
    onFailure: (record) => failures.put(record),
    onRecord: (record) => {
      sweeper.see(record)
      schedules.see(record)
    },
    faults: options.mappingFaults,
    checkpointFile: checkpointFile('stream-checkpoint.json'),
  })
  closers.add(() => mapping.close())
  const followups = await startEventSourceMapping({
    ...common,
    mapping: {
      ...stack.followups,
      filters: [
        ...(options.bus === undefined ? stack.followups : stack.bus).filters,
        ...(options.environment?.SEARCH === 'on' ? stack.search.filters : []),
      ],
      ...options.followups,
    },
    onFailure: (record) => followupFailures.put(record),
    checkpointFile: checkpointFile('followups-checkpoint.json'),
  })
  closers.add(() => followups.close())
  return { mapping, followups, sweeper, schedules, failures, followupFailures }
}
