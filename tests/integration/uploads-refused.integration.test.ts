import { expect, test } from 'vitest'
import { givenRoom } from '../support/given-room.ts'
import { quietLog } from '../support/quiet-log.ts'
import { useChat } from '../support/use-chat.ts'
import { itemsOf } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'

const MAX_BYTES = 1_000
const MINUTE = 60_000

let aheadMs = 0
const chat = await useChat({
  environment: { MAX_FILE_BYTES: String(MAX_BYTES), ALLOWED_CONTENT_TYPES: 'image/png,text/plain' },
  bucketNow: () => new Date(Date.now() + aheadMs),
  log: quietLog,
})

const file = { action: 'handleFileUpload', fileName: 'dot.png', contentType: 'image/png', size: png.length }

test.each([
  ['of no bytes', { size: 0 }, 'invalid_request', 'size'],
  ['of fewer than no bytes', { size: -1 }, 'invalid_request', 'size'],
  ['of half a byte', { size: 1.5 }, 'invalid_request', 'size'],
  ['of a type that the deployment leaves out', { contentType: 'image/gif' }, 'invalid_request', 'contentType'],
  ['of no type', { contentType: 'png' }, 'invalid_request', 'contentType'],
  ['whose type has parameters', { contentType: 'text/plain; charset=utf-8' }, 'invalid_request', 'contentType'],
  ['without a name', { fileName: '' }, 'invalid_request', 'fileName'],
  ['with a name of 256 characters', { fileName: '😀'.repeat(256) }, 'invalid_request', 'fileName'],
  ['with half a character in its name', { fileName: 'a\ud83d.png' }, 'invalid_request', 'fileName'],
  ['over the limit of the deployment', { size: MAX_BYTES + 1 }, 'too_large', undefined],
  ['with too long a caption', { caption: 'x'.repeat(2_049) }, 'too_large', 'caption'],
])('no form for a file %s, and nothing is kept of it', async (_is, change, code, path) => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const error = await clients[0].refused({ ...file, chatRoomId: room, ...change })
  expect(error).toMatchObject({ code, retryable: false })
  if (path !== undefined) expect(error.details?.map((detail) => detail.path)).toContain(path)
  expect((await itemsOf(chat, 'Upload')).filter((upload) => upload.ChatRoomId === room)).toEqual([])
})

test('a file of exactly the limit gets a form, and the limit is announced', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const { limits } = await clients[0].request({ action: 'sync' })
  expect(limits.fileBytes).toBe(MAX_BYTES)
  const form = await givenUpload(clients[0], room, { size: MAX_BYTES })
  expect(form.maxBytes).toBe(MAX_BYTES)
  expect((await sendForm(form, Buffer.concat([png], MAX_BYTES))).status).toBe(204)
  await clients[0].event('message', ({ chatRoomId }) => chatRoomId === room)
})

const widened = (policy: string) => {
  const document = JSON.parse(Buffer.from(policy, 'base64').toString()) as { conditions: unknown[] }
  document.conditions = [['content-length-range', 0, 1e9], ...document.conditions]
  return Buffer.from(JSON.stringify(document)).toString('base64')
}

test.each<[string, number, string, Uint8Array<ArrayBuffer>, (fields: Record<string, string>) => object]>([
  ['one byte more', 400, 'EntityTooLarge', Buffer.concat([png], png.length + 1), () => ({})],
  ['one byte less', 400, 'EntityTooSmall', png.subarray(1), () => ({})],
  ['another type', 403, 'AccessDenied', png, () => ({ 'Content-Type': 'text/html' })],
  ['another key', 403, 'AccessDenied', png, ({ key }) => ({ key: `${key}x` })],
  ['no tag', 403, 'AccessDenied', png, () => ({ tagging: '<Tagging><TagSet></TagSet></Tagging>' })],
  ['a field of its own', 403, 'AccessDenied', png, () => ({ 'Cache-Control': 'no-cache' })],
  ['a wider policy', 403, 'SignatureDoesNotMatch', png, ({ Policy }) => ({ Policy: widened(Policy!) })],
  [
    'another signature',
    403,
    'SignatureDoesNotMatch',
    png,
    (fields) => ({
      'X-Amz-Signature': fields['X-Amz-Signature']!.replace(/./, (digit) => (digit === '0' ? '1' : '0')),
    }),
  ],
])('the bucket refuses a form with %s, and nobody hears of it', async (_is, status, code, bytes, change) => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const form = await givenUpload(clients[0], room)
  const refused = await sendForm(form, bytes, change(form.fields) as Record<string, string>)
  expect(await refused.text()).toContain(`<Code>${code}</Code>`)
  expect(refused.status).toBe(status)
  await chat.bucket.idle()
  const { messages } = await clients[0].request({ action: 'getHistory', chatRoomId: room })
  expect(messages).toEqual([])
})

test('the bucket refuses a form that has expired', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const form = await givenUpload(clients[0], room)
  expect(Math.round((form.expiresAt - Date.now()) / MINUTE)).toBe(15)
  aheadMs = 15 * MINUTE + 1_000
  const refused = await sendForm(form, png)
  aheadMs = 0
  expect([refused.status, (await refused.text()).includes('Policy expired')]).toEqual([403, true])
})

test('a file that is not what it was declared to be is removed, and all its uploader’s connections hear why', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'ada', 'bob')
  const [ada, phone, bob] = clients
  const html = '<script>alert(1)</script>'
  const form = await givenUpload(ada, room, { size: html.length, clientMessageId: 'm1' })
  expect((await sendForm(form, html)).status).toBe(204)
  for (const client of [ada, phone]) {
    expect(await client.event('uploadFailed')).toEqual({
      event: 'uploadFailed',
      chatRoomId: room,
      uploadId: form.uploadId,
      reason: 'type_mismatch',
      clientMessageId: 'm1',
    })
  }
  await chat.bucket.idle()
  await bob.request({ action: 'ping' })
  expect(bob.events.filter(({ event }) => event === 'uploadFailed' || event === 'message')).toEqual([])
  const [upload] = (await itemsOf(chat, 'Upload')).filter(({ UploadId }) => UploadId === form.uploadId)
  expect(upload).toMatchObject({ Status: 'rejected', Reason: 'type_mismatch' })
  expect(upload).toHaveProperty('expiresAt')
})

test('a file of somebody who has left meanwhile is not posted, and the uploader hears nothing of the room', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const form = await givenUpload(ada, room)
  await ada.request({ action: 'leaveRoom', chatRoomId: room })
  await sendForm(form, png)
  await chat.bucket.idle()
  await ada.request({ action: 'ping' })
  expect(ada.events.filter(({ event }) => event === 'uploadFailed')).toEqual([])
  const { messages } = await bob.request({ action: 'getHistory', chatRoomId: room })
  expect(messages).toEqual([])
})
