import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Stack } from '../../terraform/stack.ts'
import { REGION } from '../account.ts'
import { startBucket, type Bucket, type BucketOptions } from '../bucket/bucket.ts'
import type { LifecycleRule } from '../bucket/lifecycle.ts'
import type { Invoke } from '../contracts.ts'
import type { LikeAws } from '../like-aws/like-aws.ts'
import { originOf } from '../http.ts'
import { ownHosts } from '../loopback.ts'
import type { PartContext } from './part-context.ts'

export const FILES_BUCKET = 'tabletalk-files'
const DAY_MS = 24 * 60 * 60 * 1000
const LIFECYCLE_INTERVAL_MS = 10 * 60 * 1000

/**
 * Starts the bucket with the stack's notifications and lifecycle. Sends the events that an earlier run left at once.
 */
export async function startBucketPart(context: PartContext, invoke: Invoke): Promise<Bucket> {
  const { options, stack, log } = context
  const { notification, thumbnails } = stack.bucket
  const bucket = await startBucket({
    host: context.host,
    bucket: FILES_BUCKET,
    region: REGION,
    credentials: context.credentials,
    corsOrigins: pageOrigins(context),
    notifications: [notification, ...(options.thumbnails ? [thumbnails] : [])].map((one) => ({
      ...one,
      functionName: one.function,
    })),
    lifecycle: lifecycleOf(stack),
    invoke,
    log,
    dataDir: options.dataDir === undefined ? undefined : join(options.dataDir, 'bucket'),
    faults: options.bucketFaults ?? (options.likeAws && eventFaults(options.likeAws)),
    temporary: options.likeAws?.credentials,
    now: options.bucketNow,
  })
  const lifecycle = setInterval(() => {
    bucket.sweep().catch((error: unknown) => log.error('unable to run the lifecycle', { error: String(error) }))
  }, LIFECYCLE_INTERVAL_MS)
  context.closers.add(async () => {
    clearInterval(lifecycle)
    await bucket.close()
  })
  return bucket
}

/**
 * Returns the origins of pages on this machine, with any port, and of the runtime's own page as other machines reach
 * it.
 */
const pageOrigins = ({ host, port }: PartContext): string[] => [
  ...['localhost', '127.0.0.1', '[::1]'].map((name) => `http://${name}:*`),
  'https://localhost:*',
  ...ownHosts(host).map((name) => originOf(name, port)),
]

function lifecycleOf({ bucket: { pending, exports } }: Stack): LifecycleRule[] {
  return [
    {
      prefix: pending.prefix,
      tag: pending.tag,
      expireAfterMs: pending.expireAfterDays * DAY_MS,
      deleteNoncurrentAfterMs: pending.deleteNoncurrentAfterDays * DAY_MS,
    },
    { prefix: exports.prefix, expireAfterMs: exports.expireAfterDays * DAY_MS, deleteNoncurrentAfterMs: DAY_MS },
    { prefix: '', abortMultipartAfterMs: DAY_MS, deleteExpiredMarkers: true },
  ]
}

const eventFaults = ({ random, objectEventMs, objectEventsTwice }: LikeAws): BucketOptions['faults'] => ({
  onEvent: async (event) => {
    await delay(random() * objectEventMs)
    return random() < objectEventsTwice ? [event, event] : [event]
  },
})
