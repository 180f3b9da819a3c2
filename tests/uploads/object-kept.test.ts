import { database, tableName } from '../support/own-table.ts'
import { ownBucket } from '../support/own-bucket.ts'
import { ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { S3Event } from 'aws-lambda'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { eraseMessage, getMessage } from '../../src/entities/message.ts'
import { client } from '../../src/entities/table.ts'
import { deleteUpload, getUpload } from '../../src/entities/upload.ts'
import { bucket } from '../../src/files/bucket-settings.ts'
import { deleteFile } from '../../src/files/delete-file.ts'
import { s3 } from '../../src/files/s3-client.ts'
import { smallOf } from '../../src/files/small-picture.ts'
import { objectCreatedHandler } from '../../src/uploads/object-created.ts'
import { handler as handle } from '../../src/uploads/object-kept.ts'
import { loadStack } from '../../terraform/stack.ts'
import { FakePost } from '../delivery/fake-post.ts'
import { costOf, metered } from '../support/meter.ts'
import { ObservedRights } from '../support/observed-rights.ts'
import { photo } from '../support/pictures.ts'
import { arrival, givenForm, roomOfTwo } from './given-upload.ts'

beforeAll(() => createTable(database, loadStack().table, tableName))
afterAll(() => ownBucket.close())

const rights = new ObservedRights(client, s3)
const handler = (event: S3Event) => rights.during(() => handle(event))

/** Creates a picture that has become a message. Returns the event of its tag, too. */
async function givenPicture(content?: Uint8Array<ArrayBuffer>) {
  const picture = content ?? (await photo())
  const { room, adaId } = await roomOfTwo()
  const more = { fileName: 'a.jpg', contentType: 'image/jpeg', size: picture.length }
  const { form, upload } = await givenForm(room, adaId, more)
  const created = await arrival(form, picture)
  await objectCreatedHandler(new FakePost().post)(created)
  const { objectKey: key, messageId = '' } = (await getUpload(upload.uploadId))!
  const kept = structuredClone(created)
  kept.Records[0]!.eventName = 'ObjectTagging:Delete'
  const message = async () => getMessage(room, messageId)
  return { room, key, uploadId: upload.uploadId, messageId, kept, message }
}

/** Returns the keys of all versions of the file and of its thumbnails. */
async function objectsOf(key: string): Promise<string[]> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }),
  )
  return [...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key).sort()
}

const small = (key: string) => [smallOf(key, 640), smallOf(key, 1280)].sort()

/** Runs `act` before the first of the thumbnails is stored. */
function beforeTheFirst(act: () => Promise<unknown>): void {
  let first: Promise<unknown> | undefined
  s3.middlewareStack.add(
    (send, { commandName }) =>
      async (args) => {
        if (commandName === 'PutObjectCommand') await (first ??= rights.aside(act))
        return send(args)
      },
    { step: 'initialize', name: 'before the first' },
  )
  onTestFinished(() => void s3.middlewareStack.remove('before the first'))
}

const withVersion = (event: S3Event, versionId: string): S3Event => {
  const other = structuredClone(event)
  other.Records[0]!.s3.object.versionId = versionId
  return other
}

test('the picture of a message is made small, beside its original, and the message is another version', async () => {
  const { key, kept, message } = await givenPicture()
  expect(await message()).not.toHaveProperty('thumbs')
  await handler(kept)
  expect(await message()).toMatchObject({ thumbs: [640, 1280], version: 1 })
  expect(await objectsOf(key)).toEqual([key, ...small(key)])
})

test('it costs two reads and a write', async () => {
  const { kept } = await givenPicture()
  const cost = costOf(await metered(client, () => handler(kept)))
  expect(cost).toEqual({ requests: 3, roundTrips: 3, reads: 2, writes: 1 })
})

test('an event that comes again changes nothing', async () => {
  const { key, kept, message } = await givenPicture()
  await handler(kept)
  await handler(kept)
  expect(await message()).toMatchObject({ thumbs: [640, 1280], version: 1 })
  expect(await objectsOf(key)).toEqual([key, ...small(key)])
})

test('whatever deletes the file deletes what was made of it', async () => {
  const { key, kept } = await givenPicture()
  const other = await givenPicture()
  for (const event of [kept, kept, other.kept]) await handler(event)
  await deleteFile(`s3://elsewhere/${key}`)
  expect(await objectsOf(key)).toEqual([])
  expect(await objectsOf(other.key)).toHaveLength(3)
})

test('of a message that is deleted meanwhile nothing is left', async () => {
  const { key, kept, message } = await givenPicture()
  beforeTheFirst(async () => {
    await eraseMessage((await message())!, { deletedAt: Date.now(), deletedBy: 'ada' })
    await deleteFile(key)
  })
  await handler(kept)
  expect(await objectsOf(key)).toEqual([])
  expect(await message()).toBeUndefined()
})

test('nor of one that was deleted before the function was called again', async () => {
  const { key, kept, uploadId } = await givenPicture()
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: smallOf(key, 640), Body: 'left by an attempt' }))
  await deleteUpload(uploadId)
  await handler(kept)
  expect(await objectsOf(key)).toEqual([key])
})

test('a picture that can’t be made small stays as it is, and the function succeeds', async () => {
  const whole = await photo()
  const { key, kept, message } = await givenPicture(whole.slice(0, whole.length / 2))
  await handler(kept)
  expect(await message()).toMatchObject({ kind: 'file' })
  expect(await message()).not.toHaveProperty('thumbs')
  expect(await objectsOf(key)).toEqual([key])
})

test('another version of the object, another event, and another key are nobody’s picture', async () => {
  const { key, kept, message } = await givenPicture()
  const created = structuredClone(kept)
  created.Records[0]!.eventName = 'ObjectCreated:Post'
  const elsewhere = structuredClone(kept)
  elsewhere.Records[0]!.s3.object.key = key.replace('rooms/', 'exports/')
  for (const event of [withVersion(kept, 'another'), created, elsewhere]) await handler(event)
  expect(await message()).not.toHaveProperty('thumbs')
  expect(await objectsOf(key)).toEqual([key])
})

test('what can’t be stored fails, so that it is tried again', async () => {
  const { kept, message } = await givenPicture()
  beforeTheFirst(() => Promise.reject(new Error('slow down')))
  await expect(handler(kept)).rejects.toThrow('slow down')
  expect(await message()).not.toHaveProperty('thumbs')
})

test('the function may do in table and bucket what it does in all of these tests, and no more', () => {
  const { table = [], bucket: inBucket = [], small: ofSmall = [] } = loadStack().functions.thumbnails!.touches
  expect([...rights.table].sort()).toEqual(table.toSorted())
  // Without the right to list, S3 returns 403 for an object that doesn't exist, and not 404.
  expect([...rights.bucket, 'ListBucket'].sort()).toEqual([...inBucket, ...ofSmall].sort())
})
