import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { MAX_ATTEMPTS, MAX_SOCKETS, type Operation, type SendToTable } from './table-client.ts'

type Command = Parameters<DynamoDBClient['send']>[0]

const commands: Record<Operation, new (input: never) => unknown> = {
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  DeleteItem: DeleteItemCommand,
  Query: QueryCommand,
  Scan: ScanCommand,
  BatchGetItem: BatchGetItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
  TransactGetItems: TransactGetItemsCommand,
  TransactWriteItems: TransactWriteItemsCommand,
}

/**
 * Sends requests to DynamoDB with the AWS SDK's client, which finds its endpoint, region and credentials by itself.
 *
 * @param timeoutMs limit for one attempt, in milliseconds
 */
export function sdkTable(timeoutMs: number, config: DynamoDBClientConfig = {}): SendToTable {
  const client = new DynamoDBClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: MAX_SOCKETS },
      httpAgent: { maxSockets: MAX_SOCKETS },
    },
    ...config,
  })
  return async (operation, input) => client.send(new commands[operation](input as never) as Command)
}
