import { S3Client } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

beforeEach(() => {
  vi.resetModules()
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

const MOST_BYTES = 5 * 2 ** 30
const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
const object = fc.record({
  room: fc.stringMatching(/^[A-Za-z0-9_:-]{1,64}$/),
  name: fc.stringMatching(/^[0-9a-f]{32}$/),
  contentType: fc.oneof(fc.constantFrom('image/png', 'image/svg+xml', 'text/plain;charset=utf-8'), fc.string()),
  size: fc.integer({ min: 1, max: MOST_BYTES }),
})

test.each([
  ['in the first Region', { AWS_REGION: 'us-east-1' }],
  ['with the credentials of a role', { AWS_REGION: 'eu-central-1', AWS_SESSION_TOKEN: 'a/session+token=' }],
  ['in China', { AWS_REGION: 'cn-north-1' }],
  ['in the Regions of the government', { AWS_REGION: 'us-gov-west-1' }],
  ['on a laptop', { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:4566' }],
])('forms are those of the S3 client, %s', async (_, environment) => {
  const settings = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: undefined,
    AWS_ENDPOINT_URL_S3: undefined,
    FILES_BUCKET: 'tabletalk-files-123456789012',
    ...environment,
  }
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  const { presignPost } = await import('../../src/files/presign-post.ts')
  const client = new S3Client({ forcePathStyle: settings.AWS_ENDPOINT_URL_S3 !== undefined })

  await fc.assert(
    fc.asyncProperty(moment, object, async (now, { room, name, contentType, size }) => {
      vi.setSystemTime(now)
      const key = `rooms/${room}/${name}`
      const { url, fields } = await presignPost({ key, contentType, size })
      const theirs = await createPresignedPost(client, {
        Bucket: settings.FILES_BUCKET,
        Key: key,
        Fields: { 'Content-Type': contentType, tagging: fields.tagging! },
        Conditions: [['content-length-range', size, size]],
        Expires: 900,
      })
      expect({ url, fields }).toEqual(theirs)
    }),
    { numRuns: 200 },
  )
  const { presignGet } = await import('../../src/files/presign-get.ts')
  const { url: form } = await presignPost({ key: 'rooms/r/u/k', contentType: 'image/png', size: 1 })
  const { url: file } = await presignGet({ fileUrl: 's3://b/rooms/r/u/k', fileName: 'a.png', contentType: 'image/png' })
  expect(file.startsWith(`${form}${form.endsWith('/') ? '' : '/'}rooms/r/u/k?`)).toBe(true)
})
