import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { loadStack, type Stack } from '../terraform/stack.ts'
import { REGION } from './account.ts'
import type { Bus } from './bus/bus.ts'
import type { Bucket } from './bucket/bucket.ts'
import { Closers } from './closers.ts'
import { consoleLog } from './console-log.ts'
import { type Closable, FunctionError, type Invoke, StartupError } from './contracts.ts'
import { createDevEnvironment } from './dev-environment.ts'
import type { TtlSweeper } from './dynamodb/ttl-sweeper.ts'
import { functionEnvironment, type LocalParts } from './environment.ts'
import type { EventSourceMapping } from './event-source-mapping/event-source-mapping.ts'
import type { FailureRecord } from './event-source-mapping/failure-record.ts'
import type { FailureDestination } from './failure-destination.ts'
import { FrontDoor } from './front-door.ts'
import type { Gateway } from './gateway/gateway.ts'
import { checkHealth, type Health } from './health.ts'
import { listen, originOf } from './http.ts'
import { createIssuer, type TokenRequest } from './issuer.ts'
import type { LambdaHost } from './lambda/host.ts'
import { PageFiles } from './page/page-files.ts'
import { createPage } from './page/page.ts'
import type { BeforeTable, PartContext } from './parts/part-context.ts'
import { FILES_BUCKET, startBucketPart } from './parts/start-bucket-part.ts'
import { startAwsTable } from './parts/start-aws-table.ts'
import { startBusPart } from './parts/start-bus-part.ts'
import { startFunctions } from './parts/start-functions.ts'
import { STAGE, startGateway } from './parts/start-gateway.ts'
import { startHttpApi } from './parts/start-http-api.ts'
import type { Schedules } from './parts/start-schedules.ts'
import { startStream } from './parts/start-stream.ts'
import { startTable } from './parts/start-table.ts'
import type { RuntimeOptions } from './runtime-options.ts'

/** All of Tabletalk in this process. `close` stops the parts in order: the front door first, the table last. */
export interface Runtime extends Closable {
  /** `http://HOST:PORT`, where the page is. */
  url: string
  /** `ws://HOST:PORT/local` */
  wsUrl: string
  /** The URL of the `@connections` API, without a connection id. */
  connectionsUrl: string
  port: number
  tableName: string
  /** For reading the table. */
  dynamodb: DynamoDBClient
  /** True when DynamoDB Local was started here; it listens on all interfaces of the machine. */
  ownsDynamoDb: boolean
  /**
   * Resolves when the DynamoDB Local that was started here has ended by itself and is not started again, because
   * without a `dataDir` its data are lost. No part works any more: call `close`.
   */
  failed: Promise<StartupError>
  /** @throws z.ZodError for a user id, name or lifetime (seconds) that the issuer doesn't accept */
  token(userId: string, options?: Omit<TokenRequest, 'userId'>): Promise<string>
  /** Returns the same as `GET /healthz`. */
  healthz(): Promise<Health>
  bucket: Bucket
  gateway: Gateway
  /** Exists only if the options name subscribers. */
  bus?: Bus
  mapping: EventSourceMapping
  /** The second reader of the stream. */
  followups: EventSourceMapping
  lambda: LambdaHost
  sweeper: TtlSweeper
  /** Runs the functions that are called by the clock: the janitor. */
  schedules: Schedules
  /** Receives the stream records that the stream function could not process in all its attempts. */
  failures: FailureDestination<FailureRecord>
  /** Receives the records that the follow-up function could not process in all its attempts. */
  followupFailures: FailureDestination<FailureRecord>
}

/**
 * Starts every part and connects them. Resolves when clients can connect.
 *
 * @throws StartupError for what the developer can fix, after the parts that had started were stopped
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
  const stack = deployed(options.stack ?? loadStack(), options)
  const tableName = options.tableName ?? stack.table.name
  const beforeTable = { options, host, stack, tableName, log, closers }

  // First, because a taken port is the likeliest failure. The front door responds 503 until `open`.
  const { front, port } = await startFrontDoor(beforeTable)
  const url = originOf(host, port)
  const connectionsUrl = `${url}/${STAGE}`
  const table = await startTable(beforeTable)
  const { credentials } = table
  const context: PartContext = { ...beforeTable, port, credentials }
  const issuer = await createIssuer({ dataDir })
  // The functions need the bucket's address, and the bucket invokes a function.
  const functions = deferred<LambdaHost>()
  // While the table is restarted, no call begins that would fail without it.
  const invoke: Invoke = async (functionName, event) => {
    await table.up()
    return (await functions.promise).invoke(functionName, event)
  }
  const bucket = await startBucketPart(context, invoke)
  const { likeAws } = options
  const parts: LocalParts = {
    region: REGION,
    tableName,
    dynamodbEndpoint: likeAws === undefined ? table.endpoint : await startAwsTable(context, table, likeAws),
    bucket: FILES_BUCKET,
    bucketEndpoint: bucket.endpoint,
    credentials: likeAws?.credentials ?? credentials,
    baseUrl: url,
    connectionsUrl,
    issuer: issuer.issuer,
    audience: issuer.audience,
  }
  const bus = await startBusPart(context, invoke)
  const lambda = await startFunctions(context, parts, bus)
  functions.resolve(lambda)
  const stream = await startStream(context, table, invoke)
  const gateway = startGateway(context, invoke)
  const httpApi = startHttpApi(context, invoke)

  const healthz = () =>
    checkHealth({
      dynamodb: () => table.dynamodb.send(new DescribeTableCommand({ TableName: tableName })),
      stream: async () => {
        await stream.mapping.healthy()
        await stream.followups.healthy()
      },
      // Any response will do, even 403: the bucket refuses requests without a signature.
      bucket: () => fetch(bucket.endpoint),
      functions: () => lambda.warm(),
    })
  const { pageFiles = new PageFiles() } = options
  const page = createPage({
    files: pageFiles,
    bucketOrigin: bucket.endpoint,
    socketPath: `/${STAGE}`,
    imageOrigins: options.imageOrigins ?? [],
    pushUrl: options.pushUrl,
  })
  const devEnvironment = createDevEnvironment(functionEnvironment(parts, true))
  if (options.loadsFirst) await loadFunctions(lambda)
  front.open({ gateway, healthz, pages: [httpApi, page, issuer, devEnvironment] })
  warmUp(context, lambda, pageFiles)

  return {
    url,
    wsUrl: `ws${connectionsUrl.slice('http'.length)}`,
    connectionsUrl,
    port,
    tableName,
    dynamodb: table.dynamodb,
    ownsDynamoDb: options.dynamodbEndpoint === undefined,
    failed: table.failed,
    token: (userId, request = {}) => issuer.token({ userId, ...request }),
    healthz,
    bucket,
    gateway,
    lambda,
    ...(bus && { bus }),
    ...stream,
    close: () => closers.close(),
  }
}

/** Returns the stack as it is deployed: without the functions for features that are off. */
function deployed(stack: Stack, { bus, thumbnails = false }: RuntimeOptions): Stack {
  const wants = { webhooks: bus !== undefined, thumbnails }
  const functions = Object.entries(stack.functions).filter(([, one]) => one.with === undefined || wants[one.with])
  return { ...stack, functions: Object.fromEntries(functions) }
}

async function startFrontDoor({
  options,
  host,
  log,
  closers,
}: BeforeTable): Promise<{ front: FrontDoor; port: number }> {
  const front = new FrontDoor(log, host)
  const port = await listen(front.server, options.port ?? 0, host)
  closers.add(() => front.close())
  return { front, port }
}

/** @throws StartupError for a setting that a function refuses */
async function loadFunctions(lambda: LambdaHost): Promise<void> {
  try {
    await lambda.warm()
  } catch (error) {
    // As `src/env.ts` says it.
    const isSetting = error instanceof FunctionError && error.errorMessage.startsWith('unable to start; ')
    throw isSetting ? new StartupError(error.errorMessage) : error
  }
}

/** Loads the functions and builds the page in the background, so that the first call and the first visit are fast. */
function warmUp({ options, log, closers }: PartContext, lambda: LambdaHost, pageFiles: PageFiles): void {
  const warming = lambda.warm().catch((error: unknown) => {
    log.error('unable to load every function ahead of its first call', { error: String(error) })
  })
  closers.add(() => warming)
  // After the functions, because `/healthz` waits for them. A visitor who comes earlier starts the build earlier.
  const preparing = options.preparePage ? warming.then(() => pageFiles.prepare(log)) : Promise.resolve()
  closers.add(() => preparing)
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
