import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { onTestFinished } from 'vitest'
import { TtlDeletions } from '../../../local/dynamodb/ttl-deletions.ts'
import { startEventSourceMapping } from '../../../local/event-source-mapping/event-source-mapping.ts'
import type { FailureRecord } from '../../../local/event-source-mapping/failure-record.ts'
import type { EventSourceMappingOptions } from '../../../local/event-source-mapping/mapping-options.ts'
import type { StreamMapping } from '../../../terraform/stack.ts'
import { quietLog } from '../../support/quiet-log.ts'

export const plainMapping: StreamMapping = {
  function: 'streams',
  startingPosition: 'TRIM_HORIZON',
  batchSize: 100,
  maximumBatchingWindowInSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 2,
  maximumRecordAgeInSeconds: -1,
  bisectBatchOnFunctionError: false,
  reportBatchItemFailures: true,
  filters: [],
}

export type Handler = (records: DynamoDBRecord[], attempt: number) => unknown

/** Starts a mapping whose function records its batches before it runs `handler`. Closed after the test. */
export async function givenMapping(
  wiring: Pick<EventSourceMappingOptions, 'streamsClient' | 'streamArn'>,
  mapping: Partial<StreamMapping> = {},
  handler: Handler = () => undefined,
  options: Partial<EventSourceMappingOptions> = {},
) {
  const batches: DynamoDBRecord[][] = []
  const failures: FailureRecord[] = []
  const started = await startEventSourceMapping({
    ...wiring,
    mapping: { ...plainMapping, ...mapping },
    invoke: async (_name, event) => {
      const { Records } = event as DynamoDBStreamEvent
      batches.push(Records)
      return handler(Records, batches.length)
    },
    onFailure: async (record) => {
      failures.push(record)
    },
    ttlDeletions: new TtlDeletions(),
    region: 'eu-west-1',
    log: quietLog,
    retryDelayMs: () => 0,
    ...options,
  })
  onTestFinished(() => started.close())
  return { mapping: started, batches, failures }
}

export function sortKeys(records: DynamoDBRecord[]): (string | undefined)[] {
  return records.map(({ dynamodb }) => dynamodb?.Keys?.sk?.S)
}

export function failing(...records: (DynamoDBRecord | undefined)[]) {
  return { batchItemFailures: records.map((record) => ({ itemIdentifier: record?.dynamodb?.SequenceNumber ?? '' })) }
}

/** Returns a promise that can be resolved from outside. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
