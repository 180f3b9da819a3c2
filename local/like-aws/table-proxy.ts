import { setTimeout as delay } from 'node:timers/promises'
import type { Closable, Log } from '../contracts.ts'
import { startDynamoDbProxy } from '../dynamodb/proxy.ts'
import { between, type LikeAws } from './like-aws.ts'
import { divide, type TableInput, TableRefusals } from './table-faults.ts'

interface TableProxyOptions {
  /** The endpoint of DynamoDB Local. */
  endpoint: string
  /** The table whose index is read in place of the real one. */
  indexTable: string
  /** The access key that the tables belong to. */
  accessKeyId: string
  faults: LikeAws
  log: Log
}

/**
 * Starts a proxy between the functions and DynamoDB Local that behaves like DynamoDB on AWS: it delays and refuses
 * requests, leaves a part of some batches unprocessed, and reads an index that lags.
 */
export function startTableProxy({
  indexTable,
  faults,
  log,
  ...options
}: TableProxyOptions): Promise<Closable & { endpoint: string }> {
  const refusals = new TableRefusals(faults)
  return startDynamoDbProxy({
    ...options,
    onError: (error) => log.warn('unable to pass a request to the table on', { error: String(error) }),
    pass: async ({ operation, input: given }) => {
      await delay(between(faults.tableMs, faults.random))
      const input = given as TableInput
      const refused = refusals.of({ operation, input })
      if (refused !== undefined) return { status: 400, body: refused }
      const { done, undone } = divide({ operation, input }, faults)
      return { input: done.IndexName === undefined ? done : { ...done, TableName: indexTable }, answer: undone }
    },
  })
}
