import { setTimeout as delay } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { consoleLog } from '../../local/console-log.ts'
import type { Closable } from '../../local/contracts.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { type DynamoDbLocal, startDynamoDbLocal } from '../../local/dynamodb/process.ts'
import { LOCAL_CREDENTIALS } from '../../local/environment.ts'
import { QUIET_SDK } from '../../local/quiet-sdk.ts'
import { loadStack } from '../../terraform/stack.ts'
import { processUsage } from './process-usage.ts'

/** DynamoDB Local with Tabletalk's table in it. */
export interface Table extends Closable {
  endpoint: string
  streamArn: string
  /** Environment of the functions that use the table, whichever variant they belong to. */
  environment: Record<string, string>
  /** Resolves when DynamoDB Local is idle: it finishes requests even after their sender was killed. */
  rested(): Promise<void>
}

/** Options of the benchmark's own SDK clients. */
export const account = { region: 'us-east-1', credentials: LOCAL_CREDENTIALS } as const

/** The default heap is too small: each message of the scan has a megabyte of rows in flight. */
const HEAP = '-Xmx3g'

export async function startTable(): Promise<Table> {
  const dynamodb = await startWithHeap()
  const { endpoint } = dynamodb
  const { table } = loadStack()
  const client = new DynamoDBClient({ endpoint, ...account })
  const { streamArn } = await createTable(client, table, table.name)
  client.destroy()
  return {
    endpoint,
    streamArn,
    environment: environmentOf(endpoint, table.name),
    rested: () => rested(dynamodb.pid),
    close: () => dynamodb.close(),
  }
}

async function startWithHeap(): Promise<DynamoDbLocal> {
  process.env._JAVA_OPTIONS = HEAP
  try {
    return await startDynamoDbLocal({ log: { ...consoleLog(), warn: () => {} } })
  } finally {
    delete process.env._JAVA_OPTIONS
  }
}

const environmentOf = (endpoint: string, tableName: string): Record<string, string> => ({
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  AWS_REGION: account.region,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  // As long as the token of a role's credentials, because it is sent and signed with every request.
  AWS_SESSION_TOKEN: 't'.repeat(800),
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  ...QUIET_SDK,
  TABLE_NAME: tableName,
  // DynamoDB Local shares two cores with everything else.
  TABLE_TIMEOUT_MS: '30000',
  POWERTOOLS_LOG_LEVEL: 'WARN',
  POWERTOOLS_METRICS_DISABLED: 'true',
})

const LOOK_EVERY_MS = 200
/** Milliseconds of CPU that an idle JVM may still use between two checks. */
const RESTING_MS = 40
const LOOKS = 100

async function rested(pid: number): Promise<void> {
  let before = processUsage(pid)
  for (let look = 0; before !== null && look < LOOKS; look++) {
    await delay(LOOK_EVERY_MS)
    const after = processUsage(pid)
    if (after === null || after.cpuMs - before.cpuMs <= RESTING_MS) return
    before = after
  }
}
