import { database, tableName } from '../support/own-table.ts'
import { ownBucket, objectEvents } from '../support/own-bucket.ts'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { S3Event } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { auditItem } from '../../src/entities/audit.ts'
import { getRoom } from '../../src/entities/chat-room.ts'
import { readHistory } from '../../src/rooms/read-history.ts'
import { updateRoom } from '../../src/rooms/update-room.ts'
import { getMembership, removeMember } from '../../src/entities/membership.ts'
import type { MessageRow } from '../../src/entities/message.ts'
import { claimSend, putGuardedMessage } from '../../src/entities/send-guard.ts'
import { client } from '../../src/entities/table.ts'
import { getUpload, Upload, type UploadRow } from '../../src/entities/upload.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { bucket } from '../../src/files/bucket-settings.ts'
import { objectCreatedHandler } from '../../src/uploads/object-created.ts'
import { s3 } from '../../src/files/s3-client.ts'
import { FakePost } from '../delivery/fake-post.ts'
import { message } from '../streams/records.ts'
import { costOf, metered } from '../support/meter.ts'
import { ObservedRights } from '../support/observed-rights.ts'
import { unique } from '../support/runtime.ts'
import { messageEventWithFile } from '../../src/files/message-event.ts'
import { tiff } from '../files/corpus.ts'
import { png } from '../support/upload-form.ts'
import { arrival, givenForm, roomOfTwo, listening, objectAt, versionIn } from './given-upload.ts'

beforeAll(() => createTable(database, loadStack().table, tableName))
afterAll(() => ownBucket.close())

let gateway: FakePost
let arrived: (event: S3Event) => Promise<void>
const rights = new ObservedRights(client, s3)
beforeEach(() => {
  gateway = new FakePost()
  const handle = objectCreatedHandler(gateway.post)
  arrived = (event) => rights.during(() => handle(event))
})

const sameSize = (text: string) => Buffer.from(text.padEnd(png.length))
const otherPng = Buffer.concat([png.subarray(0, -1), Buffer.from([1])])

const messagesOf = async (room: string) => (await readHistory(room, { after: 0, limit: 100 }, Date.now())).messages

test('a file that is what was declared becomes one message, is kept, and every connection hears of it', async () => {
  const { room, ada, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId, { fileName: 'a.png', caption: 'look', clientMessageId: 'm1' })
  const event = await arrival(form)
  expect(await objectAt(upload.objectKey)).toEqual({ tags: ['pending'] })
  await arrived(event)
  const file = { uploadId: upload.uploadId, fileName: 'a.png', contentType: 'image/png', size: png.length }
  for (const id of [ada, bob]) {
    expect(gateway.eventsOf(id)).toMatchObject([
      { event: 'message', kind: 'file', seq: 1, senderId: adaId, content: 'look', clientMessageId: 'm1', file },
    ])
  }
  expect(await messagesOf(room)).toMatchObject([{ kind: 'file', uploadId: upload.uploadId }])
  expect(await objectAt(upload.objectKey)).toEqual({ tags: [] })
  const done = await getUpload(upload.uploadId)
  const { versionId } = versionIn(event)
  expect(done).toMatchObject({ status: 'completed', closed: true, messageId: '0000000000000001', versionId })
  expect(await messagesOf(room)).toMatchObject([{ versionId }])
  expect(done).not.toHaveProperty('expiresAt')
})

test('a TIFF, whose directory is behind what is read first, becomes a message', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const scan = tiff({ bytes: 100_000 })
  const more = { contentType: 'image/tiff', fileName: 'scan.tif', size: scan.length }
  const { form } = await givenForm(room, adaId, more)
  await arrived(await arrival(form, new Uint8Array(scan)))
  expect(gateway.eventsOf(bob)).toMatchObject([{ event: 'message', file: { contentType: 'image/tiff' } }])
})

test.each([
  ['UTF-8', Buffer.from('naïve café – 日本語 😀'), 'text/plain; charset=utf-8', 'inline'],
  ['UTF-8 with its first letter after 200,000 bytes', Buffer.from(`${'x'.repeat(200_000)}é`), /utf-8$/, 'inline'],
  ['Latin-1', Buffer.from('naïve café', 'latin1'), 'text/plain', 'attachment'],
  ['Latin-1 after 200,000 bytes', Buffer.from(`${'x'.repeat(200_000)}é.`, 'latin1'), 'text/plain', 'attachment'],
  ['UTF-16', Buffer.from('\ufeffnaïve', 'utf16le'), 'text/plain', 'attachment'],
])(
  'a text in %s is shown if the browser can read it, also when it is signed anew',
  async (_, body, type, disposition) => {
    const { room, bob, adaId } = await roomOfTwo()
    const more = { contentType: 'text/plain', fileName: 'notes.txt', size: body.length }
    const { form } = await givenForm(room, adaId, more)
    await arrived(await arrival(form, new Uint8Array(body)))
    const [event] = gateway.eventsOf(bob) as { file: { fileUrl: string } }[]
    const [kept] = await messagesOf(room)
    for (const url of [event!.file.fileUrl, (await messageEventWithFile(kept!)).file!.fileUrl]) {
      const { headers } = await fetch(url)
      expect(headers.get('content-type')).toMatch(type)
      expect(headers.get('content-disposition')).toMatch(new RegExp(`^${disposition}`))
    }
  },
)

test('an event that is redelivered after the upload was closed delivers nothing', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form } = await givenForm(room, adaId)
  const event = await arrival(form)
  for (let i = 0; i < 3; i++) await arrived(event)
  expect(gateway.eventsOf(bob)).toHaveLength(1)
  expect(await messagesOf(room)).toHaveLength(1)
})

test('the same event worked twice at once makes one message', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  const event = await arrival(form)
  const outcomes = await Promise.allSettled([arrived(event), arrived(event)])
  // The slower one may fail at the faster one's transaction. Lambda then calls it again.
  if (outcomes.some(({ status }) => status === 'rejected')) await arrived(event)
  expect(await messagesOf(room)).toMatchObject([{ uploadId: upload.uploadId }])
  const heard = gateway.eventsOf(bob)
  expect(new Set(heard.map((each) => each.event === 'message' && each.seq)).size).toBe(1)
})

test('killed between any two of its requests, with or without the answer, the next try ends the work', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  for (const answerLost of [false, true]) {
    for (let lives = 0, died = true; died; lives++) {
      const { form, upload } = await givenForm(room, adaId, { clientMessageId: unique('m') })
      const event = await arrival(form)
      died = await killedAfter(lives, answerLost, event)
      await arrived(event)
      const where = `${lives} requests, answer ${answerLost ? 'lost' : 'given'}`
      const kept = (await messagesOf(room)).filter(({ uploadId }) => uploadId === upload.uploadId)
      expect(kept, where).toHaveLength(1)
      const heard = gateway
        .eventsOf(bob)
        .filter((one) => one.event === 'message' && one.file?.uploadId === upload.uploadId)
      expect(new Set(heard.map((one) => JSON.stringify(one))).size, where).toBe(1)
      expect(await getUpload(upload.uploadId), where).toMatchObject({ status: 'completed', closed: true })
      expect(await objectAt(upload.objectKey), where).toEqual({ tags: [] })
    }
  }
})

test('killed between any two requests of a rejection, the next try ends it', async () => {
  const { room, ada, adaId } = await roomOfTwo()
  for (const answerLost of [false, true]) {
    for (let lives = 0, died = true; died; lives++) {
      const { form, upload } = await givenForm(room, adaId)
      const event = await arrival(form, sameSize('<script>alert(1)</script>'))
      died = await killedAfter(lives, answerLost, event)
      await arrived(event)
      const where = `${lives} requests, answer ${answerLost ? 'lost' : 'given'}`
      expect(await getUpload(upload.uploadId), where).toMatchObject({ status: 'rejected', closed: true })
      expect(await objectAt(upload.objectKey), where).toBeUndefined()
      const heard = gateway
        .eventsOf(ada)
        .filter((one) => one.event === 'uploadFailed' && one.uploadId === upload.uploadId)
      expect(heard.length, where).toBeGreaterThan(0)
    }
  }
  expect(await messagesOf(room)).toEqual([])
})

/**
 * Runs the handler, which dies at the request after the first `lives`. Returns whether there were that many requests.
 */
async function killedAfter(lives: number, answerLost: boolean, event: S3Event): Promise<boolean> {
  let left = lives
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    const isLast = left-- === 0
    if (left >= 0) return work()
    if (isLast && answerLost) await work()
    // A status that is never retried, so that nothing waits.
    throw Object.assign(new Error('killed'), { $metadata: { httpStatusCode: 403 } })
  }
  const dying = { step: 'initialize', priority: 'high', name: 'dying' } as const
  const end = client.use((request, send) => step(() => send(request)))
  s3.middlewareStack.add((next) => (args) => step(() => next(args)), dying)
  try {
    await objectCreatedHandler((connectionId, frame) => step(() => gateway.post(connectionId, frame)))(event)
  } catch {
    // The handler has died.
  } finally {
    end()
    s3.middlewareStack.remove('dying')
  }
  return left < 0
}

test.each([
  ['image/png', 'HTML', sameSize('<!doctype html><script>alert(1)</script>')],
  ['text/plain', 'a PNG', png],
  ['text/plain', 'ELF', Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01')], png.length)],
  ['application/pdf', 'a PNG', png],
])('a file declared %s that is %s is deleted, and only its uploader hears why', async (contentType, _is, bytes) => {
  const { room, ada, bob, adaId } = await roomOfTwo()
  const second = await listening(room, adaId)
  const { form, upload } = await givenForm(room, adaId, { contentType, clientMessageId: 'm1' })
  await arrived(await arrival(form, bytes))
  const { uploadId } = upload
  const failed = {
    event: 'uploadFailed',
    chatRoomId: room,
    uploadId,
    reason: 'type_mismatch',
    clientMessageId: 'm1',
  }
  for (const id of [ada, second]) expect(gateway.eventsOf(id)).toEqual([failed])
  expect(gateway.eventsOf(bob)).toEqual([])
  expect(await objectAt(upload.objectKey)).toBeUndefined()
  expect(await messagesOf(room)).toEqual([])
  expect((await getRoom(room))?.headSeq).toBe(0)
})

test('a text that a desktop would run by its name is deleted', async () => {
  const { room, ada, adaId } = await roomOfTwo()
  const bytes = Buffer.from('@echo off')
  const named = { fileName: 'invoice.pdf.bat', contentType: 'text/plain', size: bytes.length }
  const { form, upload } = await givenForm(room, adaId, named)
  await arrived(await arrival(form, bytes))
  expect(gateway.eventsOf(ada)).toMatchObject([{ event: 'uploadFailed', reason: 'type_mismatch' }])
  expect(await objectAt(upload.objectKey)).toBeUndefined()
})

test('the uploader hears of a rejection once, however often the event comes', async () => {
  const { room, ada, adaId } = await roomOfTwo()
  const { form } = await givenForm(room, adaId)
  const event = await arrival(form, sameSize('not a PNG'))
  for (let i = 0; i < 3; i++) await arrived(event)
  expect(gateway.eventsOf(ada)).toHaveLength(1)
})

test('a rejected upload stays rejected: what is sent with its form again is removed', async () => {
  const { room, ada, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  await arrived(await arrival(form, sameSize('not a PNG')))
  await arrived(await arrival(form))
  expect(await objectAt(upload.objectKey)).toBeUndefined()
  expect(await messagesOf(room)).toEqual([])
  expect(gateway.eventsOf(ada)).toHaveLength(1)
})

/** The tag that a form sets. */
const Tagging = 'state=pending'

/** Makes an event as if a form had uploaded the file, which our own forms would refuse. */
const asPost = (event: S3Event): S3Event => ({
  Records: event.Records.map((record) => ({ ...record, eventName: 'ObjectCreated:Post' })),
})

test.each([
  ['size_mismatch', png.subarray(0, -1), 'image/png'],
  ['type_mismatch', png, 'text/html'],
] as const)('an object that got there by another way is held to what was declared: %s', async (reason, Body, type) => {
  const { room, ada, adaId } = await roomOfTwo()
  const { upload } = await givenForm(room, adaId)
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: upload.objectKey, Body, ContentType: type, Tagging }))
  await ownBucket.idle()
  await arrived(asPost(objectEvents.at(-1)!))
  expect(gateway.eventsOf(ada)).toMatchObject([{ event: 'uploadFailed', reason }])
  expect(await objectAt(upload.objectKey)).toBeUndefined()
})

const leave = async (room: string, userId: string) => removeMember((await getMembership(room, userId))!, Date.now())

async function deleteRoom(chatRoomId: string): Promise<void> {
  const audit = auditItem({ chatRoomId, at: Date.now(), by: 'server', action: 'deleteRoom' })
  await updateRoom(chatRoomId, { deleted: true }, audit, () => Promise.resolve())
}

test.each([
  ['a file of somebody who has left the room', undefined, leave],
  ['a file that is not what was declared, of somebody who has left the room,', sameSize('not a PNG'), leave],
  ['a file of a room that was deleted', undefined, deleteRoom],
])('%s meanwhile is removed, and nobody is told', async (_, bytes, end) => {
  const { room, ada, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  const event = await arrival(form, bytes)
  await end(room, adaId)
  await arrived(event)
  for (const id of [ada, bob]) expect(gateway.eventsOf(id)).toEqual([])
  expect(await objectAt(upload.objectKey)).toBeUndefined()
  expect(await getUpload(upload.uploadId)).toMatchObject({ status: 'rejected', closed: true })
})

test('an admin who is not in the room hears that their file was refused', async () => {
  const { room } = await roomOfTwo()
  const adminId = unique('admin')
  const admin = await listening(unique('room'), adminId)
  const { form } = await givenForm(room, adminId, {}, ['admin'])
  await arrived(await arrival(form, sameSize('not a PNG')))
  expect(gateway.eventsOf(admin)).toMatchObject([{ event: 'uploadFailed', reason: 'type_mismatch' }])
})

test('a clientMessageId that a message took while the file was on its way rejects the file', async () => {
  const { room, ada, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId, { clientMessageId: 'm1' })
  const sent = { ...message(room, 1), senderId: adaId, clientMessageId: 'm1' }
  await claimSend(sent, { token: 't1', contentHash: 'a hash', claimedAt: Date.now() })
  await putGuardedMessage(sent, 't1')
  await arrived(await arrival(form))
  expect(gateway.eventsOf(ada)).toMatchObject([{ reason: 'conflict', clientMessageId: 'm1' }])
  expect(gateway.eventsOf(bob)).toEqual([])
  expect(await objectAt(upload.objectKey)).toBeUndefined()
})

test('the form used again with the same bytes changes nothing, and the file is kept for good', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  await arrived(await arrival(form))
  const again = await arrival(form)
  expect(await objectAt(upload.objectKey)).toEqual({ tags: ['pending'] })
  await arrived(again)
  expect(gateway.eventsOf(bob)).toHaveLength(1)
  expect(await objectAt(upload.objectKey)).toEqual({ tags: [] })
})

/** Returns what a download of the message's file returns now. */
const served = async (message: MessageRow): Promise<Buffer> => {
  const response = await fetch((await messageEventWithFile(message)).file!.fileUrl)
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

test.each([
  ['another file', otherPng],
  ['a lie', sameSize('not a PNG')],
])('the form used again with %s: the first is served all the time, and the other is deleted', async (_is, other) => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  await arrived(await arrival(form))
  const [message] = await messagesOf(room)
  const again = await arrival(form, other)
  expect(await served(message!)).toEqual(Buffer.from(png))
  for (let i = 0; i < 2; i++) await arrived(again)
  expect(await served(message!)).toEqual(Buffer.from(png))
  expect(gateway.eventsOf(bob)).toHaveLength(1)
  expect(await objectAt(upload.objectKey, versionIn(again).versionId)).toBeUndefined()
  expect(await objectAt(upload.objectKey)).toEqual({ tags: [] })
})

test.each(['pending', 'completed', 'rejected'])(
  'what an operator does with the object of a %s upload deletes nothing and announces nothing',
  async (status) => {
    const { room, ada, bob, adaId } = await roomOfTwo()
    const { form, upload } = await givenForm(room, adaId)
    const first = await arrival(form, status === 'rejected' ? sameSize('not a PNG') : png)
    if (status !== 'pending') await arrived(first)
    const object = { Bucket: bucket, Key: upload.objectKey }
    const { versionId } = versionIn(first)
    if (status === 'rejected') await s3.send(new PutObjectCommand({ ...object, Body: png }))
    const CopySource = `${bucket}/${upload.objectKey}`
    await s3.send(new CopyObjectCommand({ ...object, CopySource, ServerSideEncryption: 'aws:kms' }))
    await s3.send(new PutObjectCommand({ ...object, Body: otherPng }))
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object))
    const { ETag } = await s3.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: png }))
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] }
    await s3.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }))
    await ownBucket.idle()
    const before = [gateway.eventsOf(ada).length, gateway.eventsOf(bob).length]
    const operators = objectEvents.slice(objectEvents.indexOf(first) + 1)
    expect(operators.length).toBeGreaterThanOrEqual(3)
    for (const event of operators) {
      await arrived(event)
      expect(await objectAt(upload.objectKey, versionIn(event).versionId)).toBeDefined()
    }
    expect([gateway.eventsOf(ada).length, gateway.eventsOf(bob).length]).toEqual(before)
    expect((await getUpload(upload.uploadId))?.status).toBe(status)
    if (status === 'completed') {
      expect(await objectAt(upload.objectKey, versionId)).toEqual({ tags: [] })
      const [message] = await messagesOf(room)
      expect(await served(message!)).toEqual(Buffer.from(png))
    }
  },
)

test('an upload that version 0.1.0 completed keeps its file, whose event names no version', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  const event = await arrival(form)
  await arrived(event)
  const { uploadId, objectKey } = upload
  await Upload.patch({ uploadId }).remove(['versionId', 'closed']).go()
  await arrived(event)
  expect(gateway.eventsOf(bob)).toHaveLength(2)
  await arrived(withoutVersion(event))
  expect(gateway.eventsOf(bob)).toHaveLength(2)
  expect(await objectAt(objectKey)).toEqual({ tags: [] })
  const again = await arrival(form, otherPng)
  await arrived(again)
  expect(await objectAt(objectKey, versionIn(again).versionId)).toBeUndefined()
  expect(await objectAt(objectKey)).toEqual({ tags: [] })
})

/** Returns the event as a bucket without versions sends it. */
const withoutVersion = (event: S3Event): S3Event => {
  const bare = structuredClone(event)
  for (const { s3 } of bare.Records) delete s3.object.versionId
  return bare
}

test('a late event of a file that was replaced before anybody looked leaves its replacement alone', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  const late = await arrival(form)
  await arrived(await arrival(form, otherPng))
  await arrived(late)
  expect(gateway.eventsOf(bob)).toHaveLength(1)
  expect(await objectAt(upload.objectKey)).toEqual({ tags: [] })
})

test('a file whose message was written is announced, though its form was used again in between', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  const event = await arrival(form)
  await new Promise<void>((atPost, failed) => {
    const dying = objectCreatedHandler(() => {
      atPost()
      return new Promise(() => {})
    })
    dying(event).catch(failed)
  })
  await arrived(await arrival(form, otherPng))
  expect(gateway.eventsOf(bob)).toEqual([])
  for (let i = 0; i < 2; i++) await arrived(event)
  expect(gateway.eventsOf(bob)).toMatchObject([{ event: 'message', kind: 'file' }])
  expect(await objectAt(upload.objectKey)).toEqual({ tags: [] })
})

/** Runs `act` once, before the next request with this name to the table or the bucket. */
function before(operation: string, act: () => Promise<unknown>): void {
  let done = false
  const once = async (name: string) => {
    if (done || name !== operation) return
    done = true
    await act()
  }
  const name = `before ${operation}`
  const end = client.use(async (request, send) => {
    await once(request.operation)
    return send(request)
  })
  s3.middlewareStack.add(
    (next, context) => async (args) => {
      await once(String(context.commandName).replace(/Command$/, ''))
      return next(args)
    },
    { step: 'initialize', priority: 'high', name },
  )
  onTestFinished(() => {
    end()
    s3.middlewareStack.remove(name)
  })
}

test('a form used again while its file is looked at changes nothing', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form } = await givenForm(room, adaId)
  const first = await arrival(form)
  let second!: S3Event
  before('GetObject', async () => {
    second = await arrival(form, sameSize('not a PNG'))
  })
  await arrived(first)
  await arrived(second)
  expect(gateway.eventsOf(bob)).toHaveLength(1)
  const [message] = await messagesOf(room)
  expect(await served(message!)).toEqual(Buffer.from(png))
})

test('a file that is deleted while it is looked at leaves its upload waiting', async () => {
  const { room, ada, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  const event = await arrival(form)
  const { versionId: VersionId } = versionIn(event)
  before('GetObject', () => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: upload.objectKey, VersionId })))
  for (let i = 0; i < 2; i++) await arrived(event)
  expect((await getUpload(upload.uploadId))?.status).toBe('pending')
  expect(gateway.eventsOf(ada)).toEqual([])
})

test('a lie that is sent while a file becomes a message is deleted, and the file stays', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  const first = await arrival(form)
  let second!: Promise<void>
  // The second checks the wrong file while the upload is pending, and rejects it after the first has completed the
  // upload.
  before('TransactWriteItems', async () => {
    const lie = await arrival(form, sameSize('not a PNG'))
    await new Promise<void>((atRejection, failed) => {
      const firstDone = new Promise<void>((resolve) => {
        end = resolve
      })
      before('UpdateItem', async () => {
        atRejection()
        await firstDone
      })
      second = arrived(lie)
      second.catch(failed)
    })
  })
  let end = () => {}
  await arrived(first)
  end()
  await second
  expect(gateway.eventsOf(bob)).toHaveLength(1)
  expect(await objectAt(upload.objectKey)).toEqual({ tags: [] })
  const [message] = await messagesOf(room)
  expect(await served(message!)).toEqual(Buffer.from(png))
})

test.each(['rooms/stray', 'rooms/r/nobody/knows', 'rooms//', 'rooms/a b/ü+%25/"x"'])(
  'an object that no upload waits for is removed: %s',
  async (Key) => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x', Tagging }))
    await ownBucket.idle()
    await arrived(asPost(objectEvents.at(-1)!))
    expect(await objectAt(Key)).toBeUndefined()
  },
)

test("an object beside an upload's own is removed, and the upload still waits", async () => {
  const { room, adaId } = await roomOfTwo()
  const { upload } = await givenForm(room, adaId)
  const Key = `${upload.objectKey}x`
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: png, ContentType: 'image/png', Tagging }))
  await ownBucket.idle()
  await arrived(asPost(objectEvents.at(-1)!))
  expect(await objectAt(Key)).toBeUndefined()
  expect((await getUpload(upload.uploadId))?.status).toBe('pending')
})

test.each([
  ['of an upload that nobody knows', async ({ uploadId }: UploadRow) => void (await Upload.delete({ uploadId }).go())],
  [
    'whose upload has another version, as a table and a bucket of different moments have',
    async ({ uploadId }: UploadRow) =>
      void (await Upload.patch({ uploadId })
        .set({ versionId: 'a'.repeat(32) })
        .go()),
  ],
  [
    'whose upload was rejected in a table of another moment',
    async ({ uploadId }: UploadRow) => void (await Upload.patch({ uploadId }).set({ status: 'rejected' }).go()),
  ],
])('a file that was verified stays when its event of old is replayed, %s', async (_is, change) => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  const event = await arrival(form)
  await arrived(event)
  await change(upload)
  await arrived(event)
  expect(await objectAt(upload.objectKey, versionIn(event).versionId)).toEqual({ tags: [] })
  const [message] = await messagesOf(room)
  expect(await served(message!)).toEqual(Buffer.from(png))
  expect(gateway.eventsOf(bob)).toHaveLength(1)
})

test('an object that arrives when its upload has expired is removed without a message', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const { form, upload } = await givenForm(room, adaId)
  await Upload.delete({ uploadId: upload.uploadId }).go()
  await arrived(await arrival(form))
  expect(await objectAt(upload.objectKey)).toBeUndefined()
  expect(gateway.eventsOf(bob)).toEqual([])
})

test('one recipient that can not be reached keeps nobody else from hearing', async () => {
  const { room, ada, bob, adaId } = await roomOfTwo()
  gateway.fault = (connectionId) => {
    if (connectionId === ada) throw Object.assign(new Error('Gone'), { $metadata: { httpStatusCode: 410 } })
  }
  const { form, upload } = await givenForm(room, adaId)
  await arrived(await arrival(form))
  expect(gateway.eventsOf(bob)).toHaveLength(1)
  expect(await getUpload(upload.uploadId)).toMatchObject({ closed: true })
})

test.each([
  ['without a clientMessageId', {}, { reads: 3, writes: 7 }],
  ['with one', { clientMessageId: 'm1' }, { reads: 3, writes: 9 }],
])('a completed upload costs 7 requests to the table and 3 to the bucket, %s', async (_is, more, units) => {
  const { room, adaId } = await roomOfTwo()
  const { form } = await givenForm(room, adaId, more)
  const event = await arrival(form)
  const toBucket: string[] = []
  s3.middlewareStack.add(
    (next, context) => (args) => {
      toBucket.push(String(context.commandName))
      return next(args)
    },
    { step: 'initialize', name: 'count' },
  )
  const cost = costOf(await metered(client, () => arrived(event)))
  s3.middlewareStack.remove('count')
  expect(cost).toMatchObject({ requests: 7, ...units })
  expect(toBucket).toEqual(['HeadObjectCommand', 'GetObjectCommand', 'DeleteObjectTaggingCommand'])
})

test('a file of 25 MiB is judged by its first bytes: 4,100 of them are read', async () => {
  const { room, bob, adaId } = await roomOfTwo()
  const size = 25 * 1024 * 1024
  const { form } = await givenForm(room, adaId, { size })
  const event = await arrival(form, Buffer.concat([png], size))
  const fetched: number[] = []
  // Outside of the SDK's own second attempts, which a busy machine may need.
  s3.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args)
        if (commandName === 'GetObjectCommand') fetched.push((result.output as { ContentLength: number }).ContentLength)
        return result
      },
    { step: 'initialize', name: 'count' },
  )
  await arrived(event)
  s3.middlewareStack.remove('count')
  expect(gateway.eventsOf(bob)).toHaveLength(1)
  expect(fetched.reduce((sum, bytes) => sum + bytes)).toBe(4_100)
})

test('the function may do in table and bucket what it does in all of these tests, and no more', () => {
  const { table = [], bucket: inBucket = [] } = loadStack().functions.objectCreated!.touches
  // `GetObject` is for keys without a version, in a bucket that had no versions when a file arrived. Without
  // `ListBucket`, S3 returns 403 for an object that doesn't exist, and not 404.
  expect([...rights.table, 'BatchWriteItem'].sort()).toEqual(table.toSorted())
  // `GetObject` is for keys without a version, in a bucket that had no versions when a file arrived. Without
  // `ListBucket`, S3 returns 403 for an object that doesn't exist, and not 404.
  expect([...rights.bucket, 'GetObject', 'ListBucket'].sort()).toEqual(inBucket.toSorted())
})
