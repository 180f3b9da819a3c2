import { randomUUID } from 'node:crypto'
import type { LocalCredentials } from '../../local/environment.ts'

/**
 * Credentials of this test file's own, and so a database of its own in the run's DynamoDB Local. Whatever a test starts
 * is given these.
 */
export const credentials: LocalCredentials = {
  accessKeyId: `test${randomUUID().replaceAll('-', '')}`,
  secretAccessKey: 'local',
}

/** The same, as a process or a function of this file reads them. */
export const credentialsEnvironment = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
}
