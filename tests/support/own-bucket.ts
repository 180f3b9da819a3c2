import { randomUUID } from 'node:crypto'
import type { S3Event } from 'aws-lambda'
import { startBucket } from '../../local/bucket/bucket.ts'
import { credentials } from './account.ts'
import { quietLog } from './quiet-log.ts'

/** Milliseconds that the bucket's clock is ahead; requests signed by the SDK are refused from 15 minutes on. */
export const clock = { aheadMs: 0 }

const name = `files-${randomUUID()}`

/** Every ObjectCreated event so far, in order; no function hears of them. */
export const objectEvents: S3Event[] = []

/**
 * A bucket of this test file's own. Import it before anything of `src/uploads`, which reads the environment as it
 * loads, and close it in `afterAll`.
 */
export const ownBucket = await startBucket({
  bucket: name,
  region: 'us-east-1',
  credentials,
  corsOrigins: [],
  notifications: [{ functionName: 'objectCreated', events: ['s3:ObjectCreated:*'], prefix: 'rooms/' }],
  invoke: async (_name, event) => {
    objectEvents.push(event as S3Event)
  },
  log: quietLog,
  now: () => new Date(Date.now() + clock.aheadMs),
})

Object.assign(process.env, { AWS_ENDPOINT_URL_S3: ownBucket.endpoint, FILES_BUCKET: name })
