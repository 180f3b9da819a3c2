import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type CopyObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { BUCKET, given, postForm, presignedPost, send } from './support.ts'

const OBJECT = { Bucket: BUCKET, Key: 'k' }

/** Puts the object. Returns the id of its new version. */
const put = async (client: S3Client, Body: string, Tagging?: string): Promise<string> =>
  (await client.send(new PutObjectCommand({ ...OBJECT, Body, Tagging }))).VersionId!

const textOf = async (client: S3Client, VersionId?: string): Promise<string | undefined> =>
  (await client.send(new GetObjectCommand({ ...OBJECT, VersionId }))).Body?.transformToString()

test('each version stays under its id, and the newest is the object, after a restart too', async () => {
  const dataDir = temporaryFolder()
  const first = await given({ dataDir })
  const ids = [await put(first.client, 'one'), await put(first.client, 'two'), await put(first.client, 'three')]
  expect(new Set(ids).size).toBe(3)
  await first.bucket.close()
  const { client } = await given({ dataDir })
  expect(await Promise.all(ids.map((id) => textOf(client, id)))).toEqual(['one', 'two', 'three'])
  expect(await client.send(new GetObjectCommand(OBJECT))).toMatchObject({ VersionId: ids[2], ContentLength: 5 })
  expect(await client.send(new HeadObjectCommand({ ...OBJECT, VersionId: ids[0] }))).toMatchObject({
    VersionId: ids[0],
    ContentLength: 3,
  })
})

test('a version is deleted for good and no other; without the newest, the one before is the object', async () => {
  const dataDir = temporaryFolder()
  const { client } = await given({ dataDir })
  const [one, two] = [await put(client, 'one'), await put(client, 'two')]
  expect(await client.send(new DeleteObjectCommand({ ...OBJECT, VersionId: two }))).toMatchObject({ VersionId: two })
  expect(await textOf(client)).toBe('one')
  const gone = { name: 'NoSuchVersion', message: 'The specified version does not exist.' }
  await expect(textOf(client, two)).rejects.toMatchObject(gone)
  await client.send(new DeleteObjectCommand({ ...OBJECT, VersionId: two }))
  await client.send(new DeleteObjectCommand({ ...OBJECT, VersionId: one }))
  await expect(textOf(client)).rejects.toMatchObject({ name: 'NoSuchKey' })
  expect([readdirSync(`${dataDir}/objects`), readdirSync(`${dataDir}/blobs`)]).toEqual([[], []])
})

test('a DELETE of the key hides its versions behind a marker, until that is deleted, after a restart too', async () => {
  const dataDir = temporaryFolder()
  const first = await given({ dataDir })
  const one = await put(first.client, 'one')
  const { DeleteMarker, VersionId: marker } = await first.client.send(new DeleteObjectCommand(OBJECT))
  expect(DeleteMarker).toBe(true)
  await first.bucket.close()
  const { client } = await given({ dataDir })
  await expect(textOf(client)).rejects.toMatchObject({ name: 'NoSuchKey', $response: hidden(marker) })
  await expect(textOf(client, marker)).rejects.toMatchObject({ name: 'MethodNotAllowed', $response: hidden(marker) })
  expect(await textOf(client, one)).toBe('one')
  const undone = await client.send(new DeleteObjectCommand({ ...OBJECT, VersionId: marker }))
  expect(undone).toMatchObject({ DeleteMarker: true, VersionId: marker })
  expect(await textOf(client)).toBe('one')
})

const hidden = (marker?: string) => ({ headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker } })

test('tags are those of a version', async () => {
  const { client } = await given()
  const [one, two] = [await put(client, 'one', 'state=pending'), await put(client, 'two', 'state=pending')]
  await client.send(new DeleteObjectTaggingCommand({ ...OBJECT, VersionId: one }))
  const tagsOf = async (VersionId?: string) =>
    (await client.send(new GetObjectTaggingCommand({ ...OBJECT, VersionId }))).TagSet?.map(({ Value }) => Value)
  expect([await tagsOf(one), await tagsOf(two), await tagsOf()]).toEqual([[], ['pending'], ['pending']])
})

test('a signed URL is for the version that it names', async () => {
  const { client } = await given()
  const [one, two] = [await put(client, 'one'), await put(client, 'two')]
  const url = await getSignedUrl(client, new GetObjectCommand({ ...OBJECT, VersionId: one }))
  expect(await send(url)).toMatchObject({ status: 200, body: 'one' })
  expect(await send(url.replace(one, two))).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' })
})

test('a version id that is none is refused', async () => {
  const { client } = await given()
  const refused = { name: 'InvalidArgument', message: 'Invalid version id specified' }
  await expect(textOf(client, '../x')).rejects.toMatchObject(refused)
})

test('a form that is used twice makes two versions, with an event each', async () => {
  const { bucket, client, events } = await given()
  const form = await presignedPost(client)
  const ids = []
  for (const content of ['one', 'two']) {
    ids.push((await postForm(form, content)).response.headers.get('x-amz-version-id'))
    await bucket.idle()
  }
  expect(events.map(({ Records: [record] }) => record?.s3.object.versionId)).toEqual(ids)
  expect(new Set(ids).size).toBe(2)
})

test('an object from before the bucket had versions has the version "null", and stays under it', async () => {
  const dataDir = temporaryFolder()
  const [hash, blob] = [createHash('sha256').update('k').digest('hex'), 'a-blob']
  for (const folder of ['objects', 'blobs']) mkdirSync(`${dataDir}/${folder}`)
  writeFileSync(`${dataDir}/blobs/${blob}`, 'old')
  const described = { size: 3, etag: 'e', lastModified: new Date().toISOString(), headers: {}, metadata: {} }
  const entry = { key: 'k', ...described, checksums: {}, tags: { state: 'pending' }, blob }
  writeFileSync(`${dataDir}/objects/${hash}.json`, JSON.stringify(entry))
  const first = await given({ dataDir })
  expect(await first.client.send(new GetObjectCommand(OBJECT))).toMatchObject({ VersionId: 'null' })
  await put(first.client, 'new')
  await first.client.send(new DeleteObjectTaggingCommand({ ...OBJECT, VersionId: 'null' }))
  await first.bucket.close()
  const { client } = await given({ dataDir })
  expect([await textOf(client), await textOf(client, 'null')]).toEqual(['new', 'old'])
  const { TagSet } = await client.send(new GetObjectTaggingCommand({ ...OBJECT, VersionId: 'null' }))
  expect(TagSet).toEqual([])
})

test('a copy has the bytes, headers and tags of its source, a version and an event of its own', async () => {
  const { bucket, client, events } = await given()
  const source = { Bucket: BUCKET, Key: 'from here/ü' }
  const described = { ContentType: 'text/plain', Metadata: { a: '1' }, Tagging: 'state=pending' }
  const { VersionId } = await client.send(new PutObjectCommand({ ...source, Body: 'hello', ...described }))
  const CopySource = `${BUCKET}/${encodeURIComponent(source.Key)}`
  const copied = await client.send(new CopyObjectCommand({ ...OBJECT, CopySource }))
  expect(copied).toMatchObject({
    CopySourceVersionId: VersionId,
    CopyObjectResult: { ETag: '"5d41402abc4b2a76b9719d911017c592"', LastModified: expect.any(Date) as Date },
  })
  const got = await client.send(new GetObjectCommand(OBJECT))
  expect(got).toMatchObject({
    VersionId: copied.VersionId,
    ContentType: 'text/plain',
    Metadata: { a: '1' },
    TagCount: 1,
  })
  expect(await got.Body?.transformToString()).toBe('hello')
  await bucket.idle()
  const names = events.map(({ Records: [record] }) => record?.eventName)
  expect(names).toEqual(['ObjectCreated:Put', 'ObjectCreated:Copy'])
})

test('a copy of an object onto itself changes something, or is of an older version', async () => {
  const { client } = await given()
  const one = await put(client, 'one', 'a=1')
  await put(client, 'two')
  const copy = (more: Partial<CopyObjectCommandInput> = {}, version = '') =>
    client.send(new CopyObjectCommand({ ...OBJECT, CopySource: `/${BUCKET}/k${version}`, ...more }))
  await expect(copy()).rejects.toMatchObject({ name: 'InvalidRequest' })
  await copy({ ServerSideEncryption: 'aws:kms' })
  await copy({ MetadataDirective: 'REPLACE', ContentType: 'text/css', TaggingDirective: 'REPLACE', Tagging: 'b=2' })
  const got = await client.send(new GetObjectCommand(OBJECT))
  expect(got).toMatchObject({ ContentType: 'text/css', TagCount: 1 })
  expect(await got.Body?.transformToString()).toBe('two')
  await copy({}, `?versionId=${one}`)
  expect(await textOf(client)).toBe('one')
})

test.for([
  ['uploads/nothing', 'NoSuchKey'],
  ['uploads/k?versionId=00000000000000000000000000000000', 'NoSuchVersion'],
  ['other/k', 'NoSuchBucket'],
])('a copy of %s is refused: %s', async ([CopySource, name]) => {
  const { client } = await given()
  await put(client, 'one')
  const refused = client.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'copy', CopySource }))
  await expect(refused).rejects.toMatchObject({ name })
})

test('all versions of the keys with a prefix are listed, the newest of each first, markers among them', async () => {
  const { client } = await given()
  const at = async (Key: string, Body: string) =>
    (await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }))).VersionId
  const [b, a1, a2] = [await at('rooms/x/b & c', '1'), await at('rooms/x/a', '22'), await at('rooms/x/a', '3')]
  await at('rooms/xy/a', '4')
  const { VersionId: marker } = await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'rooms/x/a' }))
  const list = (MaxKeys?: number) =>
    client.send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: 'rooms/x/', MaxKeys }))
  expect(await list()).toMatchObject({
    IsTruncated: false,
    Versions: [
      { Key: 'rooms/x/a', VersionId: a2, IsLatest: false, Size: 1 },
      { Key: 'rooms/x/a', VersionId: a1, IsLatest: false, Size: 2 },
      { Key: 'rooms/x/b & c', VersionId: b, IsLatest: true, Size: 1 },
    ],
    DeleteMarkers: [{ Key: 'rooms/x/a', VersionId: marker, IsLatest: true }],
  })
  expect(await list(1)).toMatchObject({ IsTruncated: true, DeleteMarkers: [{ VersionId: marker }] })
  const next = client.send(new ListObjectVersionsCommand({ Bucket: BUCKET, KeyMarker: 'rooms/x/a' }))
  await expect(next).rejects.toMatchObject({ name: 'NotImplemented', message: 'key-marker of a list is not emulated.' })
})
