import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { inject } from 'vitest'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { credentials } from '../../support/account.ts'
import '../../support/provided.ts'

export const clientConfig = {
  endpoint: inject('dynamodbEndpoint'),
  region: 'eu-west-1',
  credentials,
}

export const client = new DynamoDBClient(clientConfig)
export const streamsClient = new DynamoDBStreamsClient(clientConfig)
export const stackTable = loadStack().table

/** Creates a table of the test's own, as in `terraform/stack.json`. */
export async function newTable(): Promise<{ tableName: string; streamArn: string }> {
  const tableName = `t${randomUUID()}`
  return { tableName, ...(await createTable(client, stackTable, tableName)) }
}
