import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { inject } from 'vitest'
import { credentials, credentialsEnvironment } from './account.ts'
import './provided.ts'

/**
 * A table name of this test file's own. Import it before any entity, because entities read the environment when they
 * are loaded.
 */
export const tableName = `own-${randomUUID()}`

Object.assign(process.env, {
  AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
  AWS_REGION: 'us-east-1',
  ...credentialsEnvironment,
  TABLE_NAME: tableName,
  TABLE_TIMEOUT_MS: '60000',
  CONNECTIONS_ENDPOINT: 'http://localhost:1/none',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
})

/** For what a test does without the entities: creating the table, looking into it. */
export const database = new DynamoDBClient({ endpoint: inject('dynamodbEndpoint'), region: 'us-east-1', credentials })
