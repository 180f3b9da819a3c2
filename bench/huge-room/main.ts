/**
 * `npm run bench:huge-room`: how does one message reach a room of 100,000 connections? Real rows in DynamoDB Local, its
 * real stream, the event source mapping, and the stream handler in processes of their own; only the gateway is a stub.
 * Method and caveats are in `docs/performance.md`, the figures go to `bench/results/huge-room.json`.
 */
import { writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { format } from 'prettier'
import { consoleLog } from '../../local/console-log.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { startDynamoDbLocal } from '../../local/dynamodb/process.ts'
import { TtlDeletions } from '../../local/dynamodb/ttl-deletions.ts'
import { LOCAL_CREDENTIALS } from '../../local/environment.ts'
import { startEventSourceMapping } from '../../local/event-source-mapping/event-source-mapping.ts'
import { loadStack } from '../../terraform/stack.ts'
import type { HandlerCalls, Memory, Posted } from './handler.ts'
import { Child } from '../shared/rpc.ts'

const ROOM = 'stadium'
/** Rows that are written by one call. */
const PART = 5_000
const REGION = 'us-east-1'

interface Plan {
  connections: number
  handlers: number
  /** A handler is killed among its tasks when it has made so many posts; with `everyHandler`, each of them once. */
  crashAfter?: number
  everyHandler?: boolean
}

/** The room grows from one to the next. */
const PLANS: Plan[] = [
  { connections: 10_000, handlers: 1 },
  { connections: 30_000, handlers: 1 },
  ...[1, 2, 4].map((handlers) => ({ connections: 100_000, handlers })),
  { connections: 100_000, handlers: 4, crashAfter: 2_000 },
  { connections: 100_000, handlers: 4, crashAfter: 2_000, everyHandler: true },
]

interface Result extends Required<Plan> {
  crashes: number
  /** From the write of the message to the last post. */
  ms: number
  posts: number
  /** Connections that were never posted to. */
  missed: number
  postsPerConnection: number
  /** Most posts to one connection. */
  most: number
  batches: number
  /** The largest peaks of a handler: live objects, and all that the system has given it. */
  liveMiB: number
  residentMiB: number
}

// The emulator's own 256 MB are not enough for this room; it inherits this.
process.env._JAVA_OPTIONS = '-Xmx2g'

const log = { ...consoleLog(), warn: () => {} }
const stack = loadStack()
const dynamodb = await startDynamoDbLocal({ log })
// For the handlers, which inherit it.
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

type Handler = Child<HandlerCalls>
const newHandler = (): Handler => new Child(new URL('./handler.ts', import.meta.url))
const writer = newHandler()
const results: Result[] = []
let [seq, loaded] = [0, 0]
try {
  for (const plan of PLANS) {
    for (; loaded < plan.connections; loaded += PART) {
      await writer.call('load', { chatRoomId: ROOM, from: loaded, to: loaded + PART })
    }
    results.push(await tell(plan))
    console.table(results)
  }
} finally {
  await writer.end()
  table.destroy()
  streamsClient.destroy()
  await dynamodb.close()
}
await writeResults()

/** One message to all of the room. */
async function tell(plan: Plan): Promise<Result> {
  const { crashAfter = 0, everyHandler = false } = plan
  const told: { posted: Posted; peak: Memory }[] = []
  const idle = await Promise.all(Array.from({ length: plan.handlers }, warmHandler))
  let crashes = 0
  let batches = 0
  let givenUp = 0

  const killed = async (handler: Handler): Promise<void> => {
    await handler.call('dieAfter', { posts: crashAfter })
    told.push(await handler.call('told'))
    handler.kill()
  }
  const invoke = async (event: DynamoDBStreamEvent): Promise<unknown> => {
    const handler = idle.pop()!
    batches += 1
    if (crashAfter > 0 && isOfTasks(event) && crashes < (everyHandler ? plan.handlers : 1)) {
      crashes += 1
      killed(handler).catch(() => {})
    }
    try {
      const answer = await handler.call('handle', event)
      idle.push(handler)
      return answer
    } catch (error) {
      idle.push(await warmHandler())
      throw error
    }
  }

  const mapping = await startEventSourceMapping({
    streamsClient,
    streamArn,
    // A lane of the one shard that DynamoDB Local has stands for a shard: one batch at a time, chosen by the item's
    // key.
    mapping: { ...stack.stream, startingPosition: 'LATEST', parallelizationFactor: plan.handlers },
    invoke: (_, event) => invoke(event as DynamoDBStreamEvent),
    onFailure: async () => {
      givenUp += 1
    },
    ttlDeletions: new TtlDeletions(),
    region: REGION,
    log,
  })
  seq += 1
  const saidAt = Date.now()
  await writer.call('say', { chatRoomId: ROOM, seq })
  await mapping.idle()
  // The tasks that were written meanwhile.
  await mapping.idle()
  await mapping.close()
  if (givenUp > 0) throw new Error(`unable to measure; ${String(givenUp)} batches were given up`)
  for (const handler of idle) {
    told.push(await handler.call('told'))
    await handler.end()
  }

  const counts = countsOf(told.flatMap(({ posted }) => posted.connections))
  const posts = counts.reduce((sum, count) => sum + count, 0)
  return {
    ...plan,
    crashAfter,
    everyHandler,
    crashes,
    batches,
    ms: Math.max(...told.map(({ posted }) => posted.lastAt)) - saidAt,
    posts,
    missed: plan.connections - counts.filter((count) => count > 0).length,
    postsPerConnection: Math.round((posts / plan.connections) * 1_000) / 1_000,
    most: counts.reduce((most, count) => Math.max(most, count), 0),
    liveMiB: Math.max(...told.map(({ peak }) => peak.live)),
    residentMiB: Math.max(...told.map(({ peak }) => peak.resident)),
  }
}

/** Lambda's instances start before their first batch too, but not within our measurement. */
async function warmHandler(): Promise<Handler> {
  const handler = newHandler()
  await handler.call('handle', { Records: [] })
  return handler
}

function isOfTasks({ Records }: DynamoDBStreamEvent): boolean {
  return Records.some(({ dynamodb }) => dynamodb?.NewImage?.__edb_e__?.S === 'FanOutTask')
}

function countsOf(connections: readonly number[]): number[] {
  const counts: number[] = []
  for (const connection of connections) counts[connection] = (counts[connection] ?? 0) + 1
  return counts
}

async function writeResults(): Promise<void> {
  const [{ model = 'unknown' } = {}] = cpus()
  const machine = { cpu: model, cores: cpus().length, load: loadavg()[0], node: process.versions.node }
  await writeFile(
    new URL('../results/huge-room.json', import.meta.url),
    await format(JSON.stringify({ machine, results }), { parser: 'json', printWidth: 120 }),
  )
}
