import { randomUUID } from 'node:crypto'
import type { S3Event } from 'aws-lambda'
import { startBucket } from '../../local/bucket/bucket.ts'
import { credentials } from './account.ts'
import { quietLog } from './quiet-log.ts'

/** Milliseconds by which the bucket's clock is ahead. From 15 minutes on, requests signed by the SDK are refused. */
export const clock = { aheadMs: 0 }

const name = `files-${randomUUID()}`

/** Every ObjectCreated event so far, in order. No function receives them. */
export const objectEvents: S3Event[] = []

/**
 * A bucket of this test file's own. Import it before any module of `src/uploads`, because those read the environment
 * when they are loaded. Close it in `afterAll`.
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
