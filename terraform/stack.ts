import { readFileSync } from 'node:fs'

/** `terraform/stack.json`, the one source of the wiring: Terraform, the bundler and the local runtime all read it. */
export interface Stack {
  table: {
    name: string
    hashKey: string
    rangeKey: string
    index: { name: string; hashKey: string; rangeKey: string; projection: 'ALL' }
    ttlAttribute: string
    streamViewType: 'NEW_AND_OLD_IMAGES'
  }
  functions: Record<string, StackFunction>
  /** The function that authorizes `$connect`. */
  authorizer: string
  /** The HTTP API for backends: one route, its function, and who authorizes it. */
  serverApi: {
    route: string
    function: string
    authorizer: string
    /** How long API Gateway keeps the authorizer's answer for a token. */
    authorizerResultSeconds: number
  }
  /**
   * By route key. Several routes may have one function, which tells them apart by the event's `routeKey`. `reply` adds
   * the route response, without which API Gateway drops what the function returns.
   */
  routes: Record<string, { function: string; authorized?: boolean; reply?: boolean }>
  /**
   * What is called by the clock. On a laptop also soon after a row of the entity `soonAfter` was written: nobody there
   * waits for minutes.
   */
  schedules: Record<string, { function: string; everyMinutes: number; soonAfter: string }>
  stream: StreamMapping & {
    /**
     * How long the function stays with a batch, at least, while a room has so many events a second; 0 for no window.
     */
    window: { milliseconds: number; fromEventsPerSecond: number }
  }
  /** The second reader of the stream, for what nobody waits for. */
  followups: StreamMapping
  /** The event bus, where the deployment has one. */
  bus: {
    source: string
    /** Of `followups`, in place of its own: what the bus is told of. */
    filters: object[]
  }
  /** The index of words, where the deployment has one. */
  search: {
    /** Of `followups`, beside its own or the bus's. */
    filters: object[]
  }
  /** How events come from a webhook's queue to the function that posts them. */
  webhooks: {
    function: string
    batchSize: number
    /** How long an event that the function did not put off waits for its next attempt. */
    visibilitySeconds: number
    /** After so many an event is a dead letter. */
    attempts: number
    retentionSeconds: number
  }
  bucket: {
    notification: { function: string; events: string[]; prefix: string }
    /** What makes pictures small, where the deployment wants it, and how the keys end of what it makes. */
    thumbnails: { function: string; events: string[]; prefix: string; suffix: string }
    /**
     * What a form's object carries until its upload is completed, and when the bucket drops what still does: after so
     * many days it expires, and so many after it has expired or been replaced it is deleted.
     */
    pending: {
      prefix: string
      tag: { key: string; value: string }
      expireAfterDays: number
      deleteNoncurrentAfterDays: number
    }
    /** What jobs export, and after how many days it is deleted. */
    exports: { prefix: string; expireAfterDays: number }
  }
}

export interface StackFunction {
  /** The source file whose export `handler` is the Lambda handler. */
  entry: string
  memoryMb: number
  timeoutSeconds: number
  /** Variables of its environment that Terraform sets from the deployment's own variables. */
  settings?: string[]
  /** It is deployed only where something asks for it. */
  with?: 'webhooks' | 'thumbnails'
  /**
   * What its role may do: DynamoDB actions on the table and on its index, methods of `@connections`, S3 actions on
   * users' files, on exports, on the records of erasures and on pictures made small.
   */
  touches: {
    table?: string[]
    index?: string[]
    connections?: string[]
    bucket?: string[]
    exports?: string[]
    erasures?: string[]
    small?: string[]
  }
}

/** Lambda's event source mapping for the table's stream, in the words of its API (units in the names). */
export interface StreamMapping {
  function: string
  startingPosition: 'TRIM_HORIZON' | 'LATEST'
  /** 1–10,000 records */
  batchSize: number
  /** 0–300 s */
  maximumBatchingWindowInSeconds: number
  /** 1–10 concurrent batches a shard; records of one item stay in order */
  parallelizationFactor: number
  /** 0–10,000; -1 until the record expires */
  maximumRetryAttempts: number
  /** 60–604,800 s; -1 for no limit */
  maximumRecordAgeInSeconds: number
  bisectBatchOnFunctionError: boolean
  /** `FunctionResponseTypes: ["ReportBatchItemFailures"]` */
  reportBatchItemFailures: boolean
  /** Filter patterns: a record passes that matches one of them. */
  filters: object[]
}

const stackFile = new URL('./stack.json', import.meta.url)

export function loadStack(): Stack {
  return JSON.parse(readFileSync(stackFile, 'utf8')) as Stack
}
