import { mkdir } from 'node:fs/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { REGION } from '../account.ts'
import type { StartupError } from '../contracts.ts'
import { createTable } from '../dynamodb/create-table.ts'
import { startDynamoDbLocal } from '../dynamodb/process.ts'
import { LOCAL_CREDENTIALS, type LocalCredentials, PLAIN_ENDPOINT } from '../environment.ts'
import { defined } from '../../src/protocol/defined.ts'
import type { BeforeTable } from './part-context.ts'

export interface TablePart {
  endpoint: string
  /** The credentials that the table belongs to. */
  credentials: LocalCredentials
  /** Resolves when the table can be used: at once, or after a restart of DynamoDB Local. */
  up(): Promise<void>
  /** Resolves when a DynamoDB Local that was started here has ended by itself and is not started again. */
  failed: Promise<StartupError>
  dynamodb: DynamoDBClient
  streamsClient: DynamoDBStreamsClient
  streamArn: string
}

/** Starts DynamoDB Local unless one is given, connects to it and creates the table. */
export async function startTable(context: BeforeTable): Promise<TablePart> {
  const local = await dynamoDbLocal(context)
  const { endpoint, credentials } = local
  const clientOptions = { endpoint, region: REGION, credentials, ...PLAIN_ENDPOINT }
  const dynamodb = new DynamoDBClient(clientOptions)
  const streamsClient = new DynamoDBStreamsClient(clientOptions)
  context.closers.add(async () => {
    dynamodb.destroy()
    streamsClient.destroy()
  })
  const { streamArn } = await createTable(dynamodb, context.stack.table, context.tableName)
  return { endpoint, credentials, up: () => local.up(), failed: local.failed, dynamodb, streamsClient, streamArn }
}

/**
 * Starts a DynamoDB Local, or returns the given one. The one that is started claims the data directory, so that no
 * second runtime writes to it.
 */
async function dynamoDbLocal({
  options,
  closers,
  log,
}: BeforeTable): Promise<Pick<TablePart, 'endpoint' | 'credentials' | 'up' | 'failed'>> {
  const { dataDir, dynamodbEndpoint, credentials } = options
  if (dynamodbEndpoint !== undefined) {
    if (dataDir !== undefined) await mkdir(dataDir, { recursive: true })
    return {
      endpoint: dynamodbEndpoint,
      credentials: credentials ?? LOCAL_CREDENTIALS,
      up: () => Promise.resolve(),
      failed: new Promise(() => {}),
    }
  }
  const dynamodb = await startDynamoDbLocal({ ...defined({ dataDir, credentials }), log })
  closers.add(() => dynamodb.close())
  return dynamodb
}
