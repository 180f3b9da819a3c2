import { mkdir } from 'node:fs/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { REGION } from '../account.ts'
import type { StartupError } from '../contracts.ts'
import { createTable } from '../dynamodb/create-table.ts'
import { startDynamoDbLocal } from '../dynamodb/process.ts'
import type { PartContext } from './part-context.ts'

interface TablePart {
  endpoint: string
  /** Resolves when a DynamoDB Local that was started here has ended by itself. */
  failed: Promise<StartupError>
  dynamodb: DynamoDBClient
  streamsClient: DynamoDBStreamsClient
  streamArn: string
}

/** Starts DynamoDB Local unless one is given, connects to it and creates the table. */
export async function startTable(context: PartContext): Promise<TablePart> {
  const { endpoint, failed } = await dynamoDbLocal(context)
  const clientOptions = { endpoint, region: REGION, credentials: context.credentials }
  const dynamodb = new DynamoDBClient(clientOptions)
  const streamsClient = new DynamoDBStreamsClient(clientOptions)
  context.closers.add(async () => {
    dynamodb.destroy()
    streamsClient.destroy()
  })
  const { streamArn } = await createTable(dynamodb, context.stack.table, context.tableName)
  return { endpoint, failed, dynamodb, streamsClient, streamArn }
}

/** A DynamoDB Local that is started here claims the data directory, so that no second runtime writes to it. */
async function dynamoDbLocal({ options, closers, log }: PartContext): Promise<Pick<TablePart, 'endpoint' | 'failed'>> {
  const { dataDir, dynamodbEndpoint } = options
  if (dynamodbEndpoint !== undefined) {
    if (dataDir !== undefined) await mkdir(dataDir, { recursive: true })
    return { endpoint: dynamodbEndpoint, failed: new Promise(() => {}) }
  }
  const dynamodb = await startDynamoDbLocal(dataDir === undefined ? { log } : { dataDir, log })
  closers.add(() => dynamodb.close())
  return dynamodb
}
