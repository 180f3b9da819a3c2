import { ownBucket } from '../support/own-bucket.ts'
import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, expect, test } from 'vitest'
import { credentialsEnvironment } from '../support/account.ts'

Object.assign(process.env, { AWS_REGION: 'us-east-1', ...credentialsEnvironment })
const { beginObject, endObject, growObject } = await import('../../src/files/grow-object.ts')
const { bucket } = await import('../../src/files/bucket-settings.ts')
const { s3 } = await import('../../src/files/s3-client.ts')

afterAll(() => ownBucket.close())

const MB = 2 ** 20
const texts = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => letter.repeat(2 * MB))

const contentOf = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body!.transformToString()

test('an object grows by parts and rests, is there when it is whole, and may be given everything twice', async () => {
  const key = 'exports/large.jsonl'
  let growing = await beginObject(key)
  for (const text of texts) {
    // A run that was interrupted here has not saved its place.
    await growObject(key, growing, text)
    growing = await growObject(key, growing, text)
  }
  expect(growing.etags).toHaveLength(2)
  await expect(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).rejects.toThrow()
  await endObject(key, growing, 'end')
  await endObject(key, growing, 'end')
  expect(await contentOf(key)).toBe(`${texts.join('')}end`)
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'exports/large' }))
  expect(Versions.filter(({ IsLatest }) => IsLatest).map(({ Key }) => Key)).toEqual([key])
})

test('one that has no part but its last, and one whose last is empty', async () => {
  const small = await growObject('exports/small', await beginObject('exports/small'), 'begun')
  await endObject('exports/small', small, '')
  expect(await contentOf('exports/small')).toBe('begun')
  const full = await growObject('exports/full', await beginObject('exports/full'), texts.join(''))
  await endObject('exports/full', full, '')
  expect(await contentOf('exports/full')).toBe(texts.join(''))
})

test('what can’t be ended and isn’t there fails', async () => {
  await expect(endObject('exports/none', { uploadId: 'none', etags: [], rest: 0 }, 'x')).rejects.toMatchObject({
    name: 'NoSuchUpload',
  })
})
