import { createTable } from '../dynamodb/create-table.ts'
import { TtlDeletions } from '../dynamodb/ttl-deletions.ts'
import { REGION } from '../account.ts'
import { startEventSourceMapping } from '../event-source-mapping/event-source-mapping.ts'
import { LaggingIndex } from '../like-aws/lagging-index.ts'
import type { LikeAws } from '../like-aws/like-aws.ts'
import { startTableProxy } from '../like-aws/table-proxy.ts'
import type { PartContext } from './part-context.ts'
import type { TablePart } from './start-table.ts'

/** Passes no record. The index receives the records by `onRecord`, as they are read. */
const NONE = [{ eventName: ['none'] }]

/**
 * Puts the table behind a proxy that behaves as DynamoDB does on AWS: slow, throttled now and then, with an index that
 * lags.
 *
 * @returns the endpoint for the functions
 */
export async function startAwsTable(context: PartContext, table: TablePart, faults: LikeAws): Promise<string> {
  const { stack, log, closers } = context
  const indexTable = `${context.tableName}-index`
  await createTable(table.dynamodb, stack.table, indexTable)
  const index = new LaggingIndex({ client: table.dynamodb, tableName: indexTable, faults, log })
  closers.add(() => index.close())
  const reader = await startEventSourceMapping({
    streamsClient: table.streamsClient,
    streamArn: table.streamArn,
    mapping: { ...stack.stream, filters: NONE },
    invoke: () => Promise.reject(new Error('unable to invoke anything; this reader only looks')),
    onFailure: () => Promise.resolve(),
    onRecord: (record) => index.see(record),
    ttlDeletions: new TtlDeletions(),
    region: REGION,
    log,
  })
  closers.add(() => reader.close())
  const proxy = await startTableProxy({
    endpoint: table.endpoint,
    accessKeyId: table.credentials.accessKeyId,
    indexTable,
    faults,
    log,
  })
  closers.add(() => proxy.close())
  return proxy.endpoint
}
