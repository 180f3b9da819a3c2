import { randomUUID } from 'node:crypto'
import type { LocalCredentials } from '../../local/environment.ts'

/**
 * Credentials of this test file, which give it a database of its own in the run's DynamoDB Local. Everything that a
 * test starts uses them.
 */
export const credentials: LocalCredentials = {
  accessKeyId: `test${randomUUID().replaceAll('-', '')}`,
  secretAccessKey: 'local',
}

/** The same credentials, as environment variables for a process or a function of this file. */
export const credentialsEnvironment = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
}
