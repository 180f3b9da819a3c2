import '../support/own-table.ts'
import { ownBucket } from '../support/own-bucket.ts'
import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { afterAll, expect, test, vi } from 'vitest'
import type { MessageRow } from '../../src/entities/message.ts'
import { bucket, fileUrlOf } from '../../src/files/bucket-settings.ts'
import { withLocatedFile } from '../../src/files/locate-file.ts'
import { messageEventWithFile } from '../../src/files/message-event.ts'
import { s3 } from '../../src/files/s3-client.ts'
import { unique } from '../support/runtime.ts'

afterAll(() => ownBucket.close())

const OTHER_STACK = 's3://the-bucket-of-another-stack'
const LOST = 'a'.repeat(32)

const put = async (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}): Promise<string> =>
  (await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...more }))).VersionId!

const pending = { Tagging: 'state=pending' }

/** Returns a message after a restore: its row names the other stack's bucket. */
const restored = (key: string, versionId?: string): MessageRow => ({
  chatRoomId: 'r',
  messageId: '0000000000000001',
  kind: 'file',
  senderId: 'ada',
  content: '',
  timestamp: 1,
  fileUrl: `${OTHER_STACK}/${key}`,
  uploadId: 'u',
  fileName: 'a.txt',
  contentType: 'text/plain',
  size: 1,
  ...(versionId === undefined ? {} : { versionId }),
})

const served = async (message: MessageRow): Promise<string | number> => {
  const response = await fetch((await messageEventWithFile(message)).file!.fileUrl)
  return response.ok ? response.text() : response.status
}

const newKey = () => `rooms/r/${unique('u')}/k`

test('a file that was replicated has its version, whatever came after it', async () => {
  const key = newKey()
  const version = await put(key, 'verified')
  await put(key, 'never verified', pending)
  expect(await served(restored(key, version))).toBe('verified')
})

test('a file that was copied is found under the version that it has here, and stays pinned to that', async () => {
  const key = newKey()
  await put(key, 'a copy')
  const { file } = await messageEventWithFile(restored(key, LOST))
  await put(key, 'never verified', pending)
  expect(await (await fetch(file!.fileUrl)).text()).toBe('a copy')
})

test.each(['while the object that a form brought', 'after it, an empty key'])(
  'a file that is nowhere isn’t found, and nothing is served in its stead: %s',
  async (what) => {
    const key = newKey()
    const VersionId = await put(key, 'never verified', pending)
    if (what.startsWith('after')) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId }))
    expect(await served(restored(key, LOST))).toBe(404)
  },
)

test('a file of version 0.1.0 is the key’s current version', async () => {
  const key = newKey()
  await put(key, 'an old file')
  expect(await served(restored(key))).toBe('an old file')
})

test('a message of this bucket costs no look, and is looked for when its URL is asked for again', async () => {
  const key = newKey()
  await put(key, 'put back by an operator')
  const message = { ...restored(key, LOST), fileUrl: fileUrlOf(key) }
  const fetched = vi.spyOn(globalThis, 'fetch')
  await messageEventWithFile(message)
  expect(fetched).not.toHaveBeenCalled()
  fetched.mockRestore()
  expect(await served(message)).toBe(404)
  expect(await served(await withLocatedFile(message))).toBe('put back by an operator')
})

test('a version that is there is left alone', async () => {
  const key = newKey()
  const versionId = await put(key, 'verified', pending)
  await s3.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: key, VersionId: versionId }))
  await put(key, 'a copy')
  const message = restored(key, versionId)
  expect(await withLocatedFile(message)).toEqual({ ...message, fileUrl: fileUrlOf(key) })
})

test('a bucket that does not answer makes the request unavailable', async () => {
  const broken = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('fetch failed'))
  await expect(withLocatedFile(restored(newKey(), LOST))).rejects.toMatchObject({
    code: 'unavailable',
    message: 'unable to find the file; the bucket does not answer',
  })
  broken.mockRestore()
})
