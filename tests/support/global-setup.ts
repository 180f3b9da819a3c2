import type { TestProject } from 'vitest/node'
import { startDynamoDbLocal } from '../../local/dynamodb/process.ts'
import { bundleFunctions } from '../../local/lambda/bundle.ts'
import { loadStack } from '../../terraform/stack.ts'
import './provided.ts'

/**
 * Starts what serves the whole run: a DynamoDB Local with a database for each test file (`account.ts`), and the
 * functions.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [dynamodb, functions] = await Promise.all([
    // A machine that is busy with other work may take long.
    startDynamoDbLocal({ startDeadlineMs: 300_000, log: { info: () => {}, warn: complain, error: complain } }),
    bundleFunctions(loadStack().functions, 'bundle'),
  ])
  project.provide('dynamodbEndpoint', dynamodb.endpoint)
  project.provide('functionsFolder', functions.folder)
  return async () => {
    await Promise.all([dynamodb.close(), functions.close()])
  }
}

function complain(message: string, fields?: Record<string, unknown>): void {
  process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`)
}
