import type { Aws } from '../aws/credentials.ts'
import { jsonService } from '../aws/json-service.ts'
import { MAX_ATTEMPTS, MAX_SOCKETS, type SendToTable } from './table-client.ts'

export interface TableAddress {
  endpoint: string
  aws: Aws
  /** Milliseconds of one attempt. */
  timeoutMs: number
}

/** Asks DynamoDB without the SDK's client. The first wait before another attempt is the SDK's for DynamoDB. */
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
