import { once, EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { S3Event } from 'aws-lambda'
import { expect, test } from 'vitest'
import { FunctionError } from '../../../local/contracts.ts'
import { BUCKET, given, objects, postForm, presignedPost } from './support.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/aws/s3-object-created-post.json', import.meta.url), 'utf8'),
) as S3Event

const put = (key: string): PutObjectCommand => new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'hello' })
const keyOf = (event: S3Event | undefined): string | undefined => event?.Records[0]?.s3.object.key
const failing = async (): Promise<never> => {
  throw new FunctionError('Error', 'it broke')
}

/** Returns paths and types of all leaves, to compare two events without their values. */
function shape(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`]
  return Object.entries(value)
    .flatMap(([name, each]) => shape(each, `${path}.${name}`))
    .sort()
}

test('an event has the shape of the one that S3 sends', async () => {
  const { bucket, client, events } = await given()
  const stored = await postForm(await presignedPost(client, { Key: 'rooms/red flower.jpg' }))
  await bucket.idle()
  const [event] = events
  expect(shape(event)).toEqual(shape(fixture))
  const [record] = event?.Records ?? []
  const [expected] = fixture.Records
  for (const name of ['eventVersion', 'eventSource', 'awsRegion', 'eventName', 'requestParameters'] as const) {
    expect(record?.[name]).toEqual(expected?.[name])
  }
  expect(record?.s3.bucket).toMatchObject({ name: BUCKET, arn: `arn:aws:s3:::${BUCKET}` })
  expect(record?.s3.object).toMatchObject({
    key: 'rooms/red+flower.jpg',
    size: 5,
    eTag: '5d41402abc4b2a76b9719d911017c592',
  })
  expect(record?.s3.object.versionId).toBe(stored.response.headers.get('x-amz-version-id'))
  expect(record?.s3.object.sequencer).toMatch(/^[0-9A-F]{16}$/)
  expect(record?.eventTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test.for([
  ['a b', 'a+b'],
  ['a+b', 'a%2Bb'],
  ['ü/日.txt', '%C3%BC/%E6%97%A5.txt'],
  ["x=1/(y)!*'~", 'x%3D1/%28y%29%21*%27%7E'],
])('the key %s is written %s', async ([key = '', encoded]) => {
  const { bucket, client, events } = await given()
  await client.send(put(key))
  await bucket.idle()
  expect(keyOf(events[0])).toBe(encoded)
  expect(decodeURIComponent(keyOf(events[0])?.replaceAll('+', ' ') ?? '')).toBe(key)
})

test('one record comes per object, each with a higher sequencer', async () => {
  const { bucket, client, events } = await given({ now: frozen() })
  for (const key of ['a', 'a', 'b']) await client.send(put(key))
  await bucket.idle()
  const sequencers = events.map(({ Records }) => Records[0]?.s3.object.sequencer ?? '')
  expect(events.map(({ Records }) => Records.length)).toEqual([1, 1, 1])
  expect(new Set(sequencers).size).toBe(3)
  expect([...sequencers].sort()).toEqual(sequencers)
})

test('only functions of the prefix and the kind of event hear of an object', async () => {
  const heard: string[] = []
  const { bucket, client } = await given({
    notifications: [
      { functionName: 'all', events: ['s3:ObjectCreated:*'], prefix: 'rooms/' },
      { functionName: 'puts', events: ['s3:ObjectCreated:Put'], prefix: 'rooms/' },
      { functionName: 'posts', events: ['s3:ObjectCreated:Post'], prefix: 'rooms/' },
    ],
    invoke: async (name, event) => void heard.push(`${name} ${keyOf(event as S3Event)}`),
  })
  await client.send(put('rooms/a'))
  await client.send(put('other/a'))
  await bucket.idle()
  expect(heard.sort()).toEqual(['all rooms/a', 'puts rooms/a'])
})

test('the client is answered without waiting for the function, which finds the object', async () => {
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const sizes: (number | undefined)[] = []
  const { bucket, client } = await given({
    invoke: async () => {
      await answered
      sizes.push((await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'a' }))).ContentLength)
    },
  })
  await client.send(put('a'))
  answer()
  await bucket.idle()
  expect(sizes).toEqual([5])
})

test('a function that fails is tried again', async () => {
  let calls = 0
  const { bucket, client } = await given({ invoke: async () => (++calls < 3 ? failing() : undefined) })
  await client.send(put('a'))
  await bucket.idle()
  expect(calls).toBe(3)
  expect(bucket.failures).toEqual([])
})

test('an event that fails three times is among the failures, after a restart too', async () => {
  const dataDir = temporaryFolder()
  let calls = 0
  const first = await given({ dataDir, invoke: async () => (calls++, failing()) })
  await first.client.send(put('a'))
  await first.bucket.idle()
  expect(calls).toBe(3)
  const failure = { functionName: 'objectCreated', error: 'Error: it broke', attempts: 3 }
  expect(first.bucket.failures).toMatchObject([failure])
  await first.bucket.close()
  const second = await given({ dataDir })
  await second.bucket.idle()
  expect(second.bucket.failures).toMatchObject([{ ...failure, event: { Records: [{ s3: { object: { key: 'a' } } }] } }])
  expect(second.events).toEqual([])
})

test('an event that was not delivered comes after a restart', async () => {
  const dataDir = temporaryFolder()
  const tried = new EventEmitter()
  const first = await given({
    dataDir,
    retryDelaysMs: [3_600_000],
    invoke: async () => (tried.emit('once'), failing()),
  })
  const once1 = once(tried, 'once')
  await first.client.send(put('a'))
  await once1
  const idle = expect(first.bucket.idle()).rejects.toThrow('unable to deliver every event; the bucket was closed')
  await first.bucket.close()
  await idle
  const second = await given({ dataDir })
  await second.bucket.idle()
  expect(second.events.map(keyOf)).toEqual(['a'])
  await second.bucket.close()
  const third = await given({ dataDir })
  await third.bucket.idle()
  expect(third.events).toEqual([])
})

test('close waits for a running function', async () => {
  const gate = new EventEmitter()
  const ends: string[] = []
  const { bucket, client } = await given({
    invoke: async () => {
      gate.emit('running')
      await once(gate, 'go')
      ends.push('function')
    },
  })
  const running = once(gate, 'running')
  await client.send(put('a'))
  await running
  const closed = bucket.close().then(() => ends.push('bucket'))
  await expect(fetch(bucket.endpoint)).rejects.toThrow('fetch failed')
  gate.emit('go')
  await closed
  expect(ends).toEqual(['function', 'bucket'])
})

test('faults duplicate and reorder events', async () => {
  const gate = new EventEmitter()
  const { bucket, client, events } = await given({
    faults: {
      onEvent: async (event) => {
        if (keyOf(event) === 'first') await once(gate, 'second')
        return [event, event]
      },
    },
    invoke: async (_name, event) => {
      events.push(event as S3Event)
      if (keyOf(event as S3Event) === 'second') gate.emit('second')
    },
  })
  await client.send(put('first'))
  await client.send(put('second'))
  await bucket.idle()
  expect(events.map(keyOf)).toEqual(['second', 'second', 'first', 'first'])
})

test('a sweep deletes old objects of a prefix that carry the tag, and old multipart uploads', async () => {
  let now = Date.now()
  const { bucket, client } = await given({
    now: () => new Date(now),
    lifecycle: [
      { prefix: 'rooms/', tag: { key: 'state', value: 'pending' }, expireAfterMs: 60_000 },
      { prefix: '', abortMultipartAfterMs: 60_000 },
    ],
  })
  const tagged = (Key: string) =>
    client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x', Tagging: 'state=pending' }))
  await tagged('rooms/pending')
  await tagged('rooms/completed')
  await tagged('other/pending')
  await client.send(put('rooms/untagged'))
  await client.send(new DeleteObjectTaggingCommand({ Bucket: BUCKET, Key: 'rooms/completed' }))
  await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: 'rooms/big' }))
  now += 59_999
  const nothing = { expired: [], deletedVersions: 0, abortedUploads: 0 }
  expect(await bucket.sweep()).toEqual(nothing)
  now += 1
  expect(await bucket.sweep()).toEqual({ ...nothing, expired: ['rooms/pending'], abortedUploads: 1 })
  expect(await bucket.sweep()).toEqual(nothing)
})

test('a sweep deletes versions that were replaced and carry the tag, and delete markers that hide nothing', async () => {
  let now = Date.now()
  const dataDir = temporaryFolder()
  const { bucket, client } = await given({
    dataDir,
    now: () => new Date(now),
    lifecycle: [
      {
        prefix: 'rooms/',
        tag: { key: 'state', value: 'pending' },
        expireAfterMs: 60_000,
        deleteNoncurrentAfterMs: 30_000,
      },
      { prefix: '', deleteExpiredMarkers: true },
    ],
  })
  const tagged = (Key: string) =>
    client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x', Tagging: 'state=pending' }))
  await tagged('rooms/unclaimed')
  await client.send(put('rooms/kept'))
  await tagged('rooms/kept')
  await tagged('rooms/replaced')
  await client.send(put('rooms/replaced'))
  const nothing = { expired: [], deletedVersions: 0, abortedUploads: 0 }
  now += 29_999
  expect(await bucket.sweep()).toEqual(nothing)
  now += 1
  expect(await bucket.sweep()).toEqual({ ...nothing, deletedVersions: 1 })
  now += 30_000
  expect(await bucket.sweep()).toEqual({ ...nothing, expired: ['rooms/unclaimed', 'rooms/kept'] })
  now += 30_000
  // Nothing is left of `unclaimed`. The older version of `kept`, which has no tag, is left behind a marker.
  expect(await bucket.sweep()).toEqual({ ...nothing, deletedVersions: 3 })
  expect(objects(dataDir)).toHaveLength(3)
})

test('deleting makes no event', async () => {
  const { bucket, client, events } = await given()
  await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'a' }))
  await bucket.idle()
  expect(events).toEqual([])
})

function frozen(): () => Date {
  const at = new Date()
  return () => at
}
