import type { S3Event } from 'aws-lambda'
import { beforeEach, expect, test } from 'vitest'
import type { EventFault } from '../../local/bucket/event-queue.ts'
import { expire } from '../support/expire.ts'
import { givenRoom } from '../support/given-room.ts'
import { quietLog } from '../support/quiet-log.ts'
import { useChat } from '../support/use-chat.ts'
import { type Item, itemsOf } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'

const HOUR = 60 * 60 * 1_000

let aheadMs = 0
let onEvent: EventFault
const bucketNow = () => new Date(Date.now() + aheadMs)
const chat = await useChat({ bucketNow, bucketFaults: { onEvent: (event) => onEvent(event) }, log: quietLog })
beforeEach(() => {
  aheadMs = 0
  onEvent = (event) => [event]
})

const uploadOf = async ({ uploadId }: { uploadId: string }): Promise<Item | undefined> =>
  (await itemsOf(chat, 'Upload')).find(({ UploadId }) => UploadId === uploadId)

/** Runs the bucket's lifecycle as if this many hours had passed. The SDK's own requests would be refused by then. */
async function sweptAfter(hours: number): Promise<string[]> {
  aheadMs = hours * HOUR
  const { expired } = await chat.bucket.sweep()
  aheadMs = 0
  return expired
}

test('a pending upload expires after 15 days; an object that comes later is removed without an event', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const form = await givenUpload(ada, room)
  const pending = await uploadOf(form)
  expect(Math.round((Number(pending!.expiresAt) * 1_000 - Date.now()) / HOUR)).toBe(15 * 24)
  await expire(chat, pending!)
  expect(await uploadOf(form)).toBeUndefined()
  expect((await sendForm(form, png)).status).toBe(204)
  await chat.bucket.idle()
  expect(await sweptAfter(16 * 24)).not.toContain(form.fields.key)
  expect((await bob.request({ action: 'getHistory', chatRoomId: room })).messages).toEqual([])
  expect(bob.events.filter(({ event }) => event === 'message')).toEqual([])
})

test('an object whose event was lost is deleted by the lifecycle after 15 days', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const form = await givenUpload(clients[0], room)
  onEvent = () => []
  await sendForm(form, png)
  await chat.bucket.idle()
  expect(await sweptAfter(15 * 24 - 1)).toEqual([])
  expect(await sweptAfter(15 * 24 + 1)).toEqual([form.fields.key])
})

test('a file that became a message stays, and so does its upload, even when its form was used again', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const form = await givenUpload(clients[0], room)
  for (let i = 0; i < 2; i++) {
    await sendForm(form, png)
    await chat.bucket.idle()
  }
  expect(await sweptAfter(1_000)).toEqual([])
  expect(await uploadOf(form)).not.toHaveProperty('expiresAt')
  const { file } = await clients[0].event('message', ({ chatRoomId }) => chatRoomId === room)
  expect((await fetch(file!.fileUrl)).status).toBe(200)
})

test('a file stays when the event of another use of its form was lost, and the lifecycle deletes that one', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const form = await givenUpload(clients[0], room)
  await sendForm(form, png)
  const { file } = await clients[0].event('message', ({ chatRoomId }) => chatRoomId === room)
  onEvent = () => []
  await sendForm(form, png)
  await chat.bucket.idle()
  expect(await sweptAfter(15 * 24 + 1)).toEqual([form.fields.key])
  aheadMs = 31 * 24 * HOUR
  expect(await chat.bucket.sweep()).toMatchObject({ deletedVersions: 1 })
  expect(await chat.bucket.sweep()).toMatchObject({ deletedVersions: 0, expired: [] })
  aheadMs = 0
  expect((await fetch(file!.fileUrl)).status).toBe(200)
})

test('a rejected upload is forgotten with its time; an event of it that comes even later changes nothing', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const form = await givenUpload(clients[0], room)
  let kept!: S3Event
  onEvent = (event) => {
    kept = event
    return [event]
  }
  await sendForm(form, Buffer.from('not a PNG'.padEnd(png.length)))
  await chat.bucket.idle()
  await expire(chat, (await uploadOf(form))!)
  expect(await uploadOf(form)).toBeUndefined()
  await chat.lambda.invoke('objectCreated', kept)
  await clients[0].request({ action: 'ping' })
  expect(clients[0].events.filter(({ event }) => event === 'uploadFailed')).toHaveLength(1)
})
