import type { Aws } from '../aws/credentials.ts'
import { jsonService } from '../aws/json-service.ts'
import { MAX_ATTEMPTS, MAX_SOCKETS, type SendToTable } from './table-client.ts'

/** Where the table is, and how to reach it. */
export interface TableAddress {
  endpoint: string
  aws: Aws
  /** Limit for one attempt, in milliseconds. */
  timeoutMs: number
}

/**
 * Sends requests to DynamoDB without the SDK's client. The first retry waits 25 ms at most, as the SDK's does for
 * DynamoDB.
 */
export const leanTable = (address: TableAddress): SendToTable =>
  jsonService({
    ...address,
    what: 'the table',
    service: 'dynamodb',
    target: 'DynamoDB_20120810',
    jsonVersion: '1.0',
    maxAttempts: MAX_ATTEMPTS,
    maxSockets: MAX_SOCKETS,
    baseDelayMs: 25,
  })
