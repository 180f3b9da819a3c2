/**
 * `npm run bench:huge-room`: measures how one message, and a thousand reactions to one, reach a room of 100,000
 * connections. Uses DynamoDB Local with real rows and its stream, the local event source mapping, and stream handlers
 * in processes of their own; only the gateway is a stub. The method and its caveats are in `docs/performance.md`. The
 * figures are written to `bench/results/huge-room.json`. `--quick` only shows that everything works.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { consoleLog } from '../../local/console-log.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { startDynamoDbLocal } from '../../local/dynamodb/process.ts'
import { LOCAL_CREDENTIALS } from '../../local/environment.ts'
import { loadStack } from '../../terraform/stack.ts'
import { describeMachine, writeResult } from '../shared/results.ts'
import { deliver, type Result, type Scenario } from './deliver.ts'
import { startHandler } from './handlers.ts'

const ROOM = 'stadium'
/** Subscriptions that one call writes. */
const ROWS_PER_CALL = 5_000
const REGION = 'us-east-1'

/** The room grows from one scenario to the next. */
const FULL: Scenario[] = [
  { connections: 10_000, handlers: 1 },
  { connections: 30_000, handlers: 1 },
  ...[1, 2, 4].map((handlers) => ({ connections: 100_000, handlers })),
  { connections: 100_000, handlers: 4, crashAfter: 2_000 },
  { connections: 100_000, handlers: 4, crashAfter: 2_000, everyHandler: true },
  { connections: 100_000, handlers: 4, reactions: 1_000 },
  { connections: 100_000, handlers: 4 },
]

/** Large enough for a fan-out in range tasks. */
const QUICK: Scenario[] = [
  { connections: 10_000, handlers: 2 },
  { connections: 10_000, handlers: 2, crashAfter: 500, everyHandler: true },
  { connections: 10_000, handlers: 2, reactions: 100 },
  { connections: 10_000, handlers: 2 },
]
const quick = process.argv.includes('--quick')

// DynamoDB Local's default heap is too small for this room. The process inherits this option.
process.env._JAVA_OPTIONS = '-Xmx2g'

const log = { ...consoleLog(), warn: () => {} }
const stack = loadStack()
const dynamodb = await startDynamoDbLocal({ log })
// The handlers inherit these settings.
Object.assign(process.env, {
  AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  TABLE_NAME: stack.table.name,
  TABLE_TIMEOUT_MS: '20000',
  CONNECTIONS_ENDPOINT: 'http://localhost:1/none',
  POWERTOOLS_METRICS_DISABLED: 'true',
})
const clientOptions = { endpoint: dynamodb.endpoint, region: REGION, credentials: LOCAL_CREDENTIALS }
const table = new DynamoDBClient(clientOptions)
const streamsClient = new DynamoDBStreamsClient(clientOptions)
const { streamArn } = await createTable(table, stack.table, stack.table.name)

const writer = startHandler()
const results: Result[] = []
try {
  await writer.call('createRoom', { chatRoomId: ROOM })
  let subscribed = 0
  let seq = 0
  for (const scenario of quick ? QUICK : FULL) {
    const { connections, reactions } = scenario
    for (; subscribed < connections; subscribed += ROWS_PER_CALL) {
      await writer.call('subscribe', { chatRoomId: ROOM, from: subscribed, to: subscribed + ROWS_PER_CALL })
    }
    const write = () =>
      reactions === undefined
        ? writer.call('putMessage', { chatRoomId: ROOM, seq: ++seq })
        : writer.call('react', { chatRoomId: ROOM, seq, from: 0, to: reactions })
    results.push(
      await deliver(scenario, write, { streamsClient, streamArn, mapping: stack.stream, region: REGION, log }),
    )
    console.table(results)
  }
} finally {
  await writer.end()
  table.destroy()
  streamsClient.destroy()
  await dynamodb.close()
}
if (!quick) await writeResult('huge-room', { machine: describeMachine(), results })
