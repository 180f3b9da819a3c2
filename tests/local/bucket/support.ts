import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post'
import type { S3Event } from 'aws-lambda'
import { onTestFinished } from 'vitest'
import { startBucket, type Bucket, type BucketOptions } from '../../../local/bucket/bucket.ts'
import { quietLog } from '../../support/quiet-log.ts'

export const BUCKET = 'uploads'
export const REGION = 'us-east-1'
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'secret' }
export const ORIGIN = 'http://localhost:5173'

/**
 * Starts a bucket that closes with the test. Returns it with the events that its function received, and an SDK client.
 */
export async function given(options: Partial<BucketOptions> = {}): Promise<{
  bucket: Bucket
  events: S3Event[]
  client: S3Client
  url: (key: string) => string
}> {
  const events: S3Event[] = []
  const bucket = await startBucket({
    bucket: BUCKET,
    region: REGION,
    credentials: CREDENTIALS,
    corsOrigins: [ORIGIN],
    notifications: [{ functionName: 'objectCreated', events: ['s3:ObjectCreated:*'], prefix: '' }],
    invoke: async (_name, event) => void events.push(event as S3Event),
    log: quietLog,
    retryDelaysMs: [0, 0],
    ...options,
  })
  onTestFinished(() => bucket.close())
  return { bucket, events, client: clientFor(bucket), url: (key) => `${bucket.endpoint}/${BUCKET}/${key}` }
}

export function clientFor(bucket: Bucket, options: S3ClientConfig = {}): S3Client {
  const client = new S3Client({
    endpoint: bucket.endpoint,
    forcePathStyle: true,
    region: REGION,
    credentials: CREDENTIALS,
    maxAttempts: 1,
    ...options,
  })
  onTestFinished(() => client.destroy())
  return client
}

export async function presignedPost(
  client: S3Client,
  options: Partial<PresignedPostOptions> = {},
): Promise<{ url: string; fields: Record<string, string> }> {
  const { url, fields } = await createPresignedPost(client, {
    Bucket: BUCKET,
    Key: 'rooms/r1/file',
    Fields: { 'Content-Type': 'text/plain' },
    Conditions: [
      ['content-length-range', 3, 10],
      ['starts-with', '$key', 'rooms/'],
    ],
    Expires: 60,
    ...options,
  })
  return { url, fields }
}

/** The result of a request: its status, and S3's error code if there is one. */
export interface Outcome {
  status: number
  code: string | undefined
  response: Response
  body: string
}

export async function send(url: string, init: RequestInit = {}): Promise<Outcome> {
  const response = await fetch(url, init)
  const body = await response.text()
  return { status: response.status, code: /<Code>(.*)<\/Code>/.exec(body)?.[1], response, body }
}

export async function postForm(
  { url, fields }: { url: string; fields: Record<string, string> },
  content: string | Uint8Array<ArrayBuffer> = 'hello',
  fileName = 'notes.txt',
  after: Record<string, string> = {},
): Promise<Outcome> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([content]), fileName)
  for (const [name, value] of Object.entries(after)) form.append(name, value)
  return send(url, { method: 'POST', body: form, redirect: 'manual' })
}

/** Returns the names of the temporary files that a bucket keeps. */
export function leftovers(dataDir: string): string[] {
  return readdirSync(join(dataDir, 'incoming'))
}

/** Returns the names of the files that describe a bucket's versions, one each. */
export function objects(dataDir: string): string[] {
  return readdirSync(join(dataDir, 'objects'))
}
