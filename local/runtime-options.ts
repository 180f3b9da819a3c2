import type { Stack, StreamMapping } from '../terraform/stack.ts'
import type { BusOptions } from './bus/bus.ts'
import type { BucketOptions } from './bucket/bucket.ts'
import type { Log } from './contracts.ts'
import type { LocalCredentials } from './environment.ts'
import type { MappingFaults } from './event-source-mapping/mapping-options.ts'
import type { GatewayOptions } from './gateway/gateway.ts'
import type { LikeAws } from './like-aws/like-aws.ts'
import type { PageFiles } from './page/page-files.ts'

export interface RuntimeOptions {
  /** Default 0: any free port. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /**
   * Keeps the table, the keys, the stream position and failed records over restarts. Default: everything is in memory.
   */
  dataDir?: string
  /** A DynamoDB Local that already runs. Default: one is started, and `close` stops it. */
  dynamodbEndpoint?: string
  /** Used by the runtime's parts and its functions. Default: random keys, kept in `dataDir`. */
  credentials?: LocalCredentials
  /** Default: the name in the stack. */
  tableName?: string
  /** Default `terraform/stack.json`. */
  stack?: Stack
  /** A folder that `bundleFunctions` has made from the stack. Default: one is made, and `close` deletes it. */
  functionsFolder?: string
  /** Milliseconds that a function may take to load. Default 120,000. */
  initTimeoutMs?: number
  /** Overrides single settings of the stack's stream mapping. */
  mapping?: Partial<StreamMapping>
  /** Overrides single settings of the mapping that invokes the follow-ups. */
  followups?: Partial<StreamMapping>
  /** Imitates what AWS does and a local machine doesn't: delays, throttling, lag. Default: none of it. */
  likeAws?: LikeAws
  /** For tests: duplicates, delays or reorders the bucket's events. */
  bucketFaults?: BucketOptions['faults']
  /** For tests: the bucket's clock, used for policies and the lifecycle. Default: the real one. */
  bucketNow?: BucketOptions['now']
  /** For tests: duplicates, reorders or drops stream records. */
  mappingFaults?: MappingFaults
  /** Default: the quotas of AWS. */
  gatewayLimits?: GatewayOptions['limits']
  /** Added to the environment of every function. */
  environment?: Record<string, string>
  /**
   * Loads every function before clients can connect, so that a wrong setting in `environment` fails the start. Default
   * false: they are loaded in the background, and some only when they are called.
   */
  loadsFirst?: boolean
  /** Milliseconds between two sweeps for expired items. Default 5,000. */
  ttlSweepMs?: number
  /** Builds the page once everything else runs, instead of at its first request. Default false. */
  preparePage?: boolean
  /** For tests: another page than the one in `web/`. */
  pageFiles?: PageFiles
  /** Origins from which the page may load users' pictures. Default: none; the page shows initials. */
  imageOrigins?: readonly string[]
  /** The URL at which browsers of the page subscribe to Web Push. Default: none. */
  pushUrl?: string
  /** Whether thumbnails are made of pictures. `sharp` must be installed for that. Default false. */
  thumbnails?: boolean
  /** Who receives events of the bus by webhooks. Default: nobody, and the bus is off. */
  bus?: Pick<BusOptions, 'subscribers' | 'secret' | 'clock' | 'onPut'>
  /** Default: warnings and errors to stderr. */
  log?: Log
}
