import type { TestProject } from 'vitest/node'
import { startDynamoDbLocal } from '../../local/dynamodb/process.ts'
import './provided.ts'

/** One DynamoDB Local, in memory, serves the whole run: a database for each test file (`account.ts`). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dynamodb = await startDynamoDbLocal({
    sharedDatabase: false,
    log: { info: () => {}, warn: complain, error: complain },
  })
  project.provide('dynamodbEndpoint', dynamodb.endpoint)
  return () => dynamodb.close()
}

function complain(message: string, fields?: Record<string, unknown>): void {
  process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`)
}
