import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Closable, Invoke, Log } from '../contracts.ts'
import type { BucketContext } from './bucket-context.ts'
import { EventQueue, type EventFault, type FailedEvent } from './event-queue.ts'
import { startHttpServer } from './http-server.ts'
import { sweep, type LifecycleRule, type Swept } from './lifecycle.ts'
import { MultipartUploads } from './multipart-uploads.ts'
import { Notifier, type Notification } from './notifier.ts'
import { EventSource } from './object-created-event.ts'
import { ObjectStore } from './object-store.ts'
import { operate } from './operations.ts'
import { type KeyPair, Signers } from './signature.ts'

export interface BucketOptions {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 0: any free port. */
  port?: number
  /** The bucket's name. */
  bucket: string
  /** The region in signatures and events, e.g. `us-east-1`. */
  region: string
  /** The key pair whose signatures are accepted. Its owner is the events' principal. */
  credentials: KeyPair
  /** The functions' own key pair, which is accepted too. */
  temporary?: KeyPair | undefined
  /** Keeps objects and undelivered events over restarts. Default: a temporary folder that `close` deletes. */
  dataDir?: string | undefined
  /** Origins of the CORS rule, each with at most one `*`. The methods are GET, HEAD, POST and PUT. */
  corsOrigins: readonly string[]
  notifications: readonly Notification[]
  invoke: Invoke
  lifecycle?: readonly LifecycleRule[]
  log: Log
  /**
   * Milliseconds between the attempts at an event. Default 100 and 400, which makes 3 attempts; AWS waits 1 and 2
   * minutes.
   */
  retryDelaysMs?: readonly number[]
  /** Clock for signatures, policies, events and the lifecycle. */
  now?: (() => Date) | undefined
  faults?: { onEvent?: EventFault } | undefined
}

export interface Bucket extends Closable {
  /**
   * `http://HOST:<port>`. If the bucket listens everywhere, HOST is an address that others reach. Clients set
   * `forcePathStyle`.
   */
  endpoint: string
  /** Resolves when every event so far was delivered or has failed. Rejects if the bucket is closed first. */
  idle(): Promise<void>
  /** Applies the lifecycle rules once. The bucket never applies them by itself. */
  sweep(): Promise<Swept>
  /** Events whose function failed all attempts. A `dataDir` keeps them over restarts. */
  readonly failures: readonly FailedEvent[]
  /** Waits for running requests and functions. Undelivered events stay in `dataDir` for the next start. */
  close(): Promise<void>
}

/**
 * Starts S3 for one versioned bucket on this machine, as far as Tabletalk needs it: PutObject, CopyObject, GetObject,
 * HeadObject, DeleteObject, ListObjectVersions (its first page), GetObjectTagging, DeleteObjectTagging, POST forms,
 * multipart uploads, CORS, the events ObjectCreated and ObjectTagging:Delete, and the lifecycle. It is strict where S3
 * is: signatures, expiry, every policy condition, sizes, checksums and preconditions.
 *
 * Not emulated: more than one bucket, expiry of temporary keys, IAM and bucket policies, ACLs, public access,
 * virtual-hosted style, SigV2 and SigV4A, signed chunks (`STREAMING-AWS4-…`), suspended versioning, copied parts,
 * conditional copies, lists, PutObjectTagging, encryption (headers are ignored), object lock, storage classes, website
 * and CORS configuration calls, GET by part number, CRC-32C, CRC-64/NVME and composite checksums, ranges of several
 * parts (the whole object is returned, as S3 does), a POST form whose `file` is plain text, other events, the 6-hour
 * retries of throttled functions, S3's latency and request rates. A restart forgets multipart uploads that are not
 * complete.
 *
 * @throws StartupError if the port is taken
 */
export async function startBucket(options: BucketOptions): Promise<Bucket> {
  const { bucket: name, region, credentials, invoke, log } = options
  const temporary = options.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'tabletalk-bucket-')) : undefined
  const dir = options.dataDir ?? temporary ?? ''
  const store = new ObjectStore(dir)
  const queue = new EventQueue({
    dir,
    invoke,
    log,
    retryDelaysMs: options.retryDelaysMs ?? [100, 400],
    onEvent: options.faults?.onEvent ?? ((event) => [event]),
  })
  const events = new EventSource({ bucket: name, region, accessKeyId: credentials.accessKeyId })
  const context: BucketContext = {
    name,
    store,
    uploads: new MultipartUploads(store),
    notifier: new Notifier(options.notifications, events, queue),
    signers: new Signers({ keys: [credentials, ...(options.temporary ? [options.temporary] : [])], region }),
    now: options.now ?? (() => new Date()),
    log,
  }
  const removeTemporary = (): void => {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true })
  }
  const server = await startHttpServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    corsOrigins: options.corsOrigins,
    log,
    operate: (exchange) => operate(context, exchange),
  }).catch((error: unknown) => {
    removeTemporary()
    throw error
  })
  queue.resume()
  log.info('bucket ready', { endpoint: server.endpoint, bucket: name })
  return {
    endpoint: server.endpoint,
    idle: () => queue.idle(),
    sweep: () => sweep(context, options.lifecycle ?? []),
    get failures() {
      return queue.failures
    },
    async close() {
      await server.close()
      await queue.close()
      removeTemporary()
    },
  }
}
