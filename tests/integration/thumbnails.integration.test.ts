import { expect, test } from 'vitest'
import sharp from 'sharp'
import type { MessageEvent } from '../../src/protocol/events.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenBackend } from '../support/backend.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { claimingPng, photo } from '../support/pictures.ts'
import { settledAfter } from '../support/runtime.ts'
import { givenUpload, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat({ thumbnails: true, followups: { maximumBatchingWindowInSeconds: 0 } })
const { Message } = await entitiesOf(chat)
const backend = await givenBackend(chat, 'shop')

const isFile = ({ kind }: MessageEvent) => kind === 'file'

/** Waits for everything that follows from what was done, including the bucket's events. */
async function settled(): Promise<void> {
  await chat.bucket.idle()
  await settledAfter(chat)
}

/** Uploads a picture, and waits for the message. */
async function sent(client: RawClient, room: string, picture: Uint8Array<ArrayBuffer>, contentType = 'image/jpeg') {
  const form = await givenUpload(client, room, { fileName: 'at home.jpg', contentType, size: picture.length })
  expect((await sendForm(form, picture)).status).toBe(204)
  return client.event('message', (event) => isFile(event) && event.file?.uploadId === form.uploadId)
}

/** Does the same, and waits until the thumbnail is made. */
async function givenSmall() {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const original = await photo({ orientation: 6 })
  const { messageId } = await sent(ada, room, original)
  const { message } = await bob.event('messageUpdated', (event) => event.message.file?.thumbnailUrl !== undefined)
  return { room, ada, bob, userIds, original, messageId, message, file: message.file! }
}

const bytesAt = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer())
const statusOf = async (url: string) => (await fetch(url)).status

test('a photo comes at once as it was; made small, it says nothing of where it was taken', async () => {
  const { room, ada, bob, messageId, message, file, original } = await givenSmall()
  const first = await bob.event('message', isFile)
  expect(first).toMatchObject({ messageId, file: { contentType: 'image/jpeg', size: original.length } })
  // If the bucket's event arrives twice, there may be two versions.
  expect(message).toMatchObject({ messageId, version: expect.any(Number) as number })
  const response = await fetch(file.thumbnailUrl!)
  expect(response.headers.get('content-type')).toBe('image/webp')
  expect(response.headers.get('content-disposition')).toMatch(/^inline; filename="at home.jpg/)
  const small = await sharp(new Uint8Array(await response.arrayBuffer())).metadata()
  expect(small).toMatchObject({ format: 'webp', width: 480, height: 640 })
  expect([small.exif, small.xmp, small.icc]).toEqual([undefined, undefined, undefined])
  // The original stays as it was verified, for those who download it.
  expect(await bytesAt(file.fileUrl)).toEqual(original)

  const asked = await ada.request({ action: 'getFileUrl', chatRoomId: room, messageId })
  expect(await statusOf(asked.thumbnailUrl!)).toBe(200)
  const large = await sharp(await bytesAt(asked.pictureUrl!)).metadata()
  expect(large).toMatchObject({ format: 'webp', width: 960, height: 1280 })
  expect(large.exif).toBeUndefined()
  const { messages } = await bob.request({ action: 'getHistory', chatRoomId: room })
  expect(await statusOf(messages[0]!.file!.thumbnailUrl!)).toBe(200)
})

test('what can’t be made small is delivered as it was, and nothing fails', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const [ada] = clients
  const whole = await photo()
  const bomb = await claimingPng(60_000, 60_000)
  const cut = whole.slice(0, whole.length / 2)
  const texts = [await sent(ada, room, cut), await sent(ada, room, bomb, 'image/png')]
  await settled()
  const { messages } = await ada.request({ action: 'getHistory', chatRoomId: room })
  expect(messages.map(({ messageId }) => messageId).sort()).toEqual(texts.map(({ messageId }) => messageId).sort())
  for (const { file, version } of messages) {
    expect(file).not.toHaveProperty('thumbnailUrl')
    expect(version).toBeUndefined()
    expect(await statusOf(file!.fileUrl)).toBe(200)
  }
  expect(chat.bucket.failures).toEqual([])
})

type Given = Awaited<ReturnType<typeof givenSmall>>

/** The ways in which a file is deleted. Its pictures are deleted with it. */
const endings: Record<string, (given: Given) => Promise<unknown>> = {
  deleteMessage: ({ ada, room, messageId }) => ada.request({ action: 'deleteMessage', chatRoomId: room, messageId }),
  'the end of its time': ({ room, messageId }) => Message.delete({ chatRoomId: room, messageId }).go(),
  truncateRoom: ({ room }) => backend.request('truncateRoom', { chatRoomId: room, before: 2 }),
  deleteRoom: ({ ada, room }) => ada.request({ action: 'deleteRoom', chatRoomId: room }),
}

test.each(Object.entries(endings))('%s deletes what was made of a picture along with it', async (_name, end) => {
  const given = await givenSmall()
  const { room, ada, messageId, file } = given
  const { pictureUrl } = await ada.request({ action: 'getFileUrl', chatRoomId: room, messageId })
  const urls = [file.fileUrl, file.thumbnailUrl!, pictureUrl!]
  expect(await Promise.all(urls.map(statusOf))).toEqual([200, 200, 200])
  await end(given)
  await settled()
  await expect.poll(() => Promise.all(urls.map(statusOf))).toEqual([404, 404, 404])
})
