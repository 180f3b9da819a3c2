import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { credentialsEnvironment } from './account.ts'
import './provided.ts'

/**
 * A table name of this test file's own. Import it before any entity: those read the environment when they are loaded.
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
