import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { type Bucket, type BucketOptions, startBucket } from './bucket/bucket.ts'
import { Closers } from './closers.ts'
import { consoleLog } from './console-log.ts'
import type { Closable, Invoke, Log, StartupError } from './contracts.ts'
import { createDevEnvironment } from './dev-environment.ts'
import { createTable } from './dynamodb/create-table.ts'
import { type DynamoDbLocal, startDynamoDbLocal } from './dynamodb/process.ts'
import { TtlDeletions } from './dynamodb/ttl-deletions.ts'
import { startTtlSweeper } from './dynamodb/ttl-sweeper.ts'
import type { TtlSweeper } from './dynamodb/ttl-sweeper.ts'
import { functionEnvironment, LOCAL_CREDENTIALS, windowEnvironment } from './environment.ts'
import { startEventSourceMapping } from './event-source-mapping/event-source-mapping.ts'
import type { EventSourceMapping } from './event-source-mapping/event-source-mapping.ts'
import type { FailureRecord } from './event-source-mapping/failure-record.ts'
import type { MappingFaults } from './event-source-mapping/options.ts'
import { FrontDoor } from './front-door.ts'
import { createGateway } from './gateway/gateway.ts'
import type { Gateway, GatewayOptions } from './gateway/gateway.ts'
import { checkHealth } from './health.ts'
import type { Health } from './health.ts'
import { listen } from './http.ts'
import { createIssuer } from './issuer.ts'
import type { TokenRequest } from './issuer.ts'
import { startLambdaHost } from './lambda/host.ts'
import type { LambdaHost } from './lambda/host.ts'
import { createFailureDestination } from './on-failure.ts'
import type { FailureDestination } from './on-failure.ts'
import { PageFiles } from './page/page-files.ts'
import { createPage } from './page/page.ts'
import { loadStack } from '../terraform/stack.ts'
import type { Stack, StreamMapping } from '../terraform/stack.ts'

export interface RuntimeOptions {
  /** Default 0: any free one. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** Keeps table, issuer's key, stream position and failed records over restarts. Unset: everything in memory. */
  dataDir?: string
  /** A DynamoDB Local that runs already. Unset: one is started, and stopped by `close`. */
  dynamodbEndpoint?: string
  /** Default: that of the stack. */
  tableName?: string
  /** Default `terraform/stack.json`. */
  stack?: Stack
  /** Over the stack's own. */
  mapping?: Partial<StreamMapping>
  /** For tests: duplicate, delay or reorder the bucket's events. */
  bucketFaults?: NonNullable<BucketOptions['faults']>
  /** For tests: the bucket's clock, of policies and lifecycle. Default: the real one. */
  bucketNow?: NonNullable<BucketOptions['now']>
  /** For tests: duplicate, reorder or drop records. */
  mappingFaults?: MappingFaults
  /** Default: AWS's own. */
  gatewayLimits?: NonNullable<GatewayOptions['limits']>
  /** Given to every function beside what the runtime gives. */
  environment?: Record<string, string>
  /** Milliseconds between two looks for expired items, default 5,000. */
  ttlSweepMs?: number
  /** Builds the page once everything else runs, instead of at the first look at it. Default false. */
  preparePage?: boolean
  /** Default: warnings and errors to stderr. */
  log?: Log
}

/** All of Tabletalk in this process. `close` stops it in order: what clients see first, the table last. */
export interface Runtime extends Closable {
  /** `http://HOST:PORT`, the page */
  url: string
  /** `ws://HOST:PORT/local` */
  wsUrl: string
  /** The `@connections` API, without the id */
  connectionsUrl: string
  port: number
  tableName: string
  /** For reading the table back. */
  dynamodb: DynamoDBClient
  /** True when DynamoDB Local was started here; it listens on all interfaces of the machine. */
  ownsDynamoDb: boolean
  /** Resolves when DynamoDB Local, started here, has ended by itself: nothing works any more, `close` it. */
  failed: Promise<StartupError>
  /** @throws z.ZodError for a user id, name or lifetime (seconds) that the issuer doesn't accept. */
  token(userId: string, options?: Omit<TokenRequest, 'userId'>): Promise<string>
  /** What `GET /healthz` answers. */
  healthz(): Promise<Health>
  bucket: Bucket
  gateway: Gateway
  mapping: EventSourceMapping
  lambda: LambdaHost
  sweeper: TtlSweeper
  /** Where the stream's records go that the function never managed to process. */
  failures: FailureDestination<FailureRecord>
}

const REGION = 'us-east-1'
const ACCOUNT_ID = '000000000000'
const STAGE = 'local'
const FILES_BUCKET = 'tabletalk-files'
const DAY_MS = 24 * 60 * 60 * 1000
const LIFECYCLE_MS = 10 * 60 * 1000
const TTL_SWEEP_MS = 5_000

/**
 * Start every part and connect them; resolves when clients can connect.
 *
 * @throws StartupError for what the newcomer can mend, after whatever had started was stopped.
 */
export async function startRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const closers = new Closers()
  try {
    return await startParts(options, closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function startParts(options: RuntimeOptions, closers: Closers): Promise<Runtime> {
  const { host = '127.0.0.1', dataDir, log = consoleLog() } = options
  const stack = options.stack ?? loadStack()
  const tableName = options.tableName ?? stack.table.name

  // First of all, since a taken port is the likeliest failure; answers 503 until everything is there.
  const front = new FrontDoor(log)
  const port = await listen(front.server, options.port ?? 0, host)
  closers.add(() => front.close())
  const url = `http://${addressFor(host)}:${String(port)}`
  const connectionsUrl = `${url}/${STAGE}`

  const { endpoint, failed } = await dynamoDb(options, closers, log)
  const clientOptions = { endpoint, region: REGION, credentials: LOCAL_CREDENTIALS }
  const dynamodb = new DynamoDBClient(clientOptions)
  const streamsClient = new DynamoDBStreamsClient(clientOptions)
  closers.add(async () => {
    dynamodb.destroy()
    streamsClient.destroy()
  })

  const issuer = await createIssuer(dataDir === undefined ? {} : { dataDir })
  const { streamArn } = await createTable(dynamodb, stack.table, tableName)

  // The functions are told the bucket's address, and the bucket tells its events to a function: events of a former run
  // wait until both are there.
  let hostStarted!: (host: LambdaHost) => void
  const lambdaHost = new Promise<LambdaHost>((resolve) => {
    hostStarted = resolve
  })
  const invoke: Invoke = async (functionName, event) => (await lambdaHost).invoke(functionName, event)
  const bucket = await startBucket({
    host,
    bucket: FILES_BUCKET,
    region: REGION,
    credentials: LOCAL_CREDENTIALS,
    corsOrigins: ['*'],
    notifications: [{ ...stack.bucket.notification, functionName: stack.bucket.notification.function }],
    lifecycle: [
      {
        prefix: stack.bucket.pending.prefix,
        tag: stack.bucket.pending.tag,
        expireAfterMs: stack.bucket.pending.expireAfterDays * DAY_MS,
      },
      { prefix: '', abortMultipartAfterMs: DAY_MS },
    ],
    invoke,
    log,
    ...(dataDir === undefined ? {} : { dataDir: join(dataDir, 'bucket') }),
    ...(options.bucketFaults === undefined ? {} : { faults: options.bucketFaults }),
    ...(options.bucketNow === undefined ? {} : { now: options.bucketNow }),
  })
  const pageFiles = new PageFiles()
  const page = createPage({ files: pageFiles, bucketOrigin: reachable(bucket.endpoint), socketPath: `/${STAGE}` })
  const lifecycle = setInterval(() => {
    bucket.sweep().catch((error: unknown) => log.error('unable to run the lifecycle', { error: String(error) }))
  }, LIFECYCLE_MS)
  closers.add(async () => {
    clearInterval(lifecycle)
    await bucket.close()
  })

  const parts = {
    region: REGION,
    tableName,
    dynamodbEndpoint: endpoint,
    bucket: FILES_BUCKET,
    bucketEndpoint: reachable(bucket.endpoint),
    baseUrl: url,
    connectionsUrl,
    issuer: issuer.issuer,
    audience: issuer.audience,
  }
  const devEnvironment = createDevEnvironment(functionEnvironment(parts, true))
  const lambda = await startLambdaHost({
    stack,
    environment: (functionName) => ({
      ...functionEnvironment(parts, stack.functions[functionName]?.touches.connections !== undefined),
      ...(functionName === stack.stream.function ? windowEnvironment(stack.stream.window) : {}),
      ...options.environment,
    }),
    log,
  })
  closers.add(() => lambda.close())
  hostStarted(lambda)

  const failures = createFailureDestination<FailureRecord>({ dataDir, log })
  const ttlDeletions = new TtlDeletions()
  const sweeper = startTtlSweeper({
    client: dynamodb,
    tableName,
    stackTable: stack.table,
    everyMs: options.ttlSweepMs ?? TTL_SWEEP_MS,
    ttlDeletions,
    log,
  })
  closers.add(() => sweeper.close())

  const mapping = await startEventSourceMapping({
    streamsClient,
    streamArn,
    mapping: { ...stack.stream, ...options.mapping },
    invoke: lambda.invoke,
    onFailure: (record) => failures.put(record),
    ttlDeletions,
    region: REGION,
    log,
    ...(options.mappingFaults === undefined ? {} : { faults: options.mappingFaults }),
    ...(dataDir === undefined ? {} : { checkpointFile: join(dataDir, 'stream-checkpoint.json') }),
  })
  closers.add(() => mapping.close())

  const gateway = createGateway({
    apiId: 'local',
    stage: STAGE,
    region: REGION,
    accountId: ACCOUNT_ID,
    stack,
    invoke: lambda.invoke,
    log,
    ...(options.gatewayLimits === undefined ? {} : { limits: options.gatewayLimits }),
  })
  closers.add(() => gateway.close())

  const healthz = () =>
    checkHealth({
      dynamodb: () => dynamodb.send(new DescribeTableCommand({ TableName: tableName })),
      stream: () => mapping.healthy(),
      // 403 is an answer: the bucket is up, and nobody gets in without a signature.
      bucket: () => fetch(bucket.endpoint),
      functions: () => lambda.warm(),
    })
  front.open({ gateway, healthz, pages: [page, issuer, devEnvironment] })

  // In the background: the first call of a function would load it as well.
  const warming = lambda.warm().catch((error: unknown) => {
    log.error('unable to load every function ahead of its first call', { error: String(error) })
  })
  closers.add(() => warming)
  // After what `/healthz` waits for; whoever looks at the page sooner has it built sooner.
  const preparing = options.preparePage ? warming.then(() => pageFiles.prepare(log)) : Promise.resolve()
  closers.add(() => preparing)

  return {
    url,
    wsUrl: `ws${connectionsUrl.slice('http'.length)}`,
    connectionsUrl,
    port,
    tableName,
    dynamodb,
    ownsDynamoDb: options.dynamodbEndpoint === undefined,
    failed,
    token: (userId, request = {}) => issuer.token({ userId, ...request }),
    healthz,
    bucket,
    gateway,
    mapping,
    lambda,
    sweeper,
    failures,
    close: () => closers.close(),
  }
}

/** A DynamoDB Local that has claimed the data directory, so that no second runtime writes there. */
async function dynamoDb(
  options: RuntimeOptions,
  closers: Closers,
  log: Log,
): Promise<Pick<DynamoDbLocal, 'endpoint' | 'failed'>> {
  const { dataDir, dynamodbEndpoint } = options
  if (dynamodbEndpoint !== undefined) {
    if (dataDir !== undefined) await mkdir(dataDir, { recursive: true })
    return { endpoint: dynamodbEndpoint, failed: new Promise(() => {}) }
  }
  const dynamodb = await startDynamoDbLocal(dataDir === undefined ? { log } : { dataDir, log })
  closers.add(() => dynamodb.close())
  return dynamodb
}

/** An endpoint as clients can use it. */
function reachable(endpoint: string): string {
  const url = new URL(endpoint)
  return `http://${addressFor(url.hostname.replace(/^\[|\]$/g, ''))}:${url.port}`
}

/** Where the parts reach the server themselves: an address to listen on may stand for all of them. */
function addressFor(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
