import { beforeEach, expect, test } from 'vitest'
import type { S3Event } from 'aws-lambda'
import type { ChatEvent, MessageEvent } from '../../src/protocol/events.ts'
import type { EventFault } from '../../local/bucket/event-queue.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenRoom } from '../support/given-room.ts'
import { quietLog } from '../support/quiet-log.ts'
import { settledAfter } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'

let onEvent: EventFault
const chat = await useChat({ bucketFaults: { onEvent: (event) => onEvent(event) }, log: quietLog })
beforeEach(() => {
  onEvent = (event) => [event]
})

const isFile = (event: ChatEvent): event is MessageEvent => event.event === 'message' && event.kind === 'file'

/** Returns the file messages that this client has received, repeats included, when everything has been processed. */
async function heard(client: RawClient): Promise<MessageEvent[]> {
  await chat.bucket.idle()
  await chat.mapping.idle()
  await client.request({ action: 'ping' })
  return client.events.filter(isFile)
}

const historyOf = async (client: RawClient, chatRoomId: string) =>
  (await client.request({ action: 'getHistory', chatRoomId })).messages

test('an event that comes twice at once and once more later is one message', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  let kept!: S3Event
  onEvent = (event) => {
    kept = event
    return [event, event]
  }
  await sendForm(await givenUpload(ada, room), png)
  // If both are processed at the same time, both may post. Posts happen at least once, and clients recognize the
  // message by its seq.
  const announced = await heard(bob)
  expect(new Set(announced.map(({ seq }) => seq)).size).toBe(1)
  await chat.lambda.invoke('objectCreated', kept)
  expect(await heard(bob)).toHaveLength(announced.length)
  expect(await historyOf(bob, room)).toHaveLength(1)
  expect(chat.bucket.failures).toEqual([])
})

test('events that come in another order than their files are a message each', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  onEvent = async (event) => {
    const isFirst = event.Records[0]!.s3.object.key.includes(first.uploadId)
    if (isFirst) await held
    return [event]
  }
  const first = await givenUpload(ada, room, { fileName: 'first.png' })
  const second = await givenUpload(ada, room, { fileName: 'second.png' })
  await sendForm(first, png)
  await sendForm(second, png)
  await bob.event('message', (event) => event.file?.fileName === 'second.png')
  release()
  expect((await heard(bob)).map(({ seq, file }) => [seq, file?.fileName])).toEqual([
    [1, 'second.png'],
    [2, 'first.png'],
  ])
})

test('a function that dies between the message and its posts announces it after all, and once in history', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  let atPost = () => {}
  let release = () => {}
  const posting = new Promise<void>((resolve) => {
    atPost = resolve
  })
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  chat.gateway.faults.onPost = async () => {
    atPost()
    await held
    return { status: 500 }
  }
  await sendForm(await givenUpload(ada, room, { caption: 'look' }), png)
  await posting
  chat.gateway.faults.onPost = undefined
  await chat.lambda.crash('objectCreated')
  release()
  await bob.messages(room, ['look'])
  // At least once, because the response to a successful post may have been lost with the function.
  expect(new Set((await heard(bob)).map(({ seq }) => seq))).toEqual(new Set([1]))
  expect(await historyOf(bob, room)).toHaveLength(1)
})

test('a form sent again with the same bytes announces nothing again, and the file stays', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const form = await givenUpload(clients[0], room)
  await sendForm(form, png)
  const [message] = await heard(clients[1])
  await sendForm(form, png)
  expect(await heard(clients[1])).toHaveLength(1)
  expect((await fetch(message!.file!.fileUrl)).status).toBe(200)
})

test('a form sent again with another file: the verified bytes stay for everybody, before, while and after it is judged', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const form = await givenUpload(ada, room)
  await sendForm(form, png)
  const [message] = await heard(bob)
  const urls = async (): Promise<string[]> => {
    const [kept] = await historyOf(bob, room)
    const request = { action: 'getFileUrl', chatRoomId: room, messageId: message!.messageId } as const
    return [message!.file!.fileUrl, kept!.file!.fileUrl, (await bob.request(request)).fileUrl]
  }
  const bytes = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())
  const expectVerified = async () =>
    expect(await Promise.all((await urls()).map(bytes))).toEqual([png, png, png].map((each) => Buffer.from(each)))
  const used = async (): Promise<void> => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    onEvent = async (event) => {
      await held
      return [event]
    }
    expect((await sendForm(form, Buffer.from('not a PNG'.padEnd(png.length)))).status).toBe(204)
    await expectVerified()
    release()
    expect(await heard(bob)).toHaveLength(1)
    await expectVerified()
  }
  await used()
  await ada.request({ action: 'leaveRoom', chatRoomId: room })
  await used()
  expect(chat.bucket.failures).toEqual([])
})

test('with a clientMessageId a retry gets a form for the same upload, and both forms make one message', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const one = await givenUpload(ada, room, { clientMessageId: 'm1' })
  const two = await givenUpload(ada, room, { clientMessageId: 'm1' })
  expect([two.uploadId, two.fields.key]).toEqual([one.uploadId, one.fields.key])
  await sendForm(one, png)
  await sendForm(two, png)
  const announced = await heard(bob)
  expect(announced[0]).toMatchObject({ clientMessageId: 'm1', file: { uploadId: one.uploadId } })
  expect(new Set(announced.map(({ seq }) => seq)).size).toBe(1)
  expect(await historyOf(bob, room)).toHaveLength(1)
})

test('a retry after the file has arrived gets the same upload and its message, and sending it again changes nothing', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await bob.request({ action: 'sendMessage', chatRoomId: room, content: 'root' })
  const { messageId: threadId } = (await historyOf(bob, room))[0]!
  const asked = { clientMessageId: 'm1', threadId, caption: 'look' }
  const first = await givenUpload(bob, room, asked)
  expect(first.messageId).toBeUndefined()
  await sendForm(first, png)
  const [message] = await heard(ada)
  expect(message).toMatchObject({ threadId, content: 'look' })
  // A user who uploaded the file before gets the reply even in a closed room or while muted.
  await ada.request({ action: 'closeRoom', chatRoomId: room, closed: true })
  await ada.request({ action: 'muteMember', chatRoomId: room, userId: userIds[1], seconds: 60 })
  const again = await givenUpload(bob, room, asked)
  const { messageId, file } = message!
  const { uploadId } = file!
  expect(again).toMatchObject({ uploadId, messageId, fields: { key: first.fields.key } })
  await sendForm(again, png)
  expect(await heard(ada)).toHaveLength(1)
  expect((await fetch(message!.file!.fileUrl)).status).toBe(200)
  const other = { action: 'handleFileUpload', chatRoomId: room, fileName: 'dot.png', contentType: 'image/png' }
  expect(await bob.refused({ ...other, ...asked, size: png.length, caption: 'else' })).toEqual({
    code: 'conflict',
    message: 'unable to upload; this clientMessageId was used for another file',
    retryable: false,
  })
  await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId })
  await settledAfter(chat)
  expect(await givenUpload(bob, room, asked)).toMatchObject({ uploadId, messageId })
  await bob.request({ action: 'leaveRoom', chatRoomId: room })
  expect(await bob.refused({ ...other, ...asked, size: png.length })).toMatchObject({
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
  })
})

test.each([
  ['name', { fileName: 'other.png' }],
  ['size', { size: png.length + 1 }],
  ['type', { contentType: 'image/gif' }],
  ['caption', { caption: 'other' }],
])('a clientMessageId of a file with another %s is a conflict', async (_what, other) => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await givenUpload(clients[0], room, { clientMessageId: 'm1' })
  const again = { action: 'handleFileUpload', chatRoomId: room, fileName: 'dot.png', contentType: 'image/png' }
  const refused = { ...again, size: png.length, clientMessageId: 'm1', ...other }
  expect(await clients[0].refused(refused)).toMatchObject({
    code: 'conflict',
    message: 'unable to upload; this clientMessageId was used for another file',
  })
})

test("another's clientMessageId, or another room's, is another upload", async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const { room: other } = await givenRoom(chat, 'carol')
  await clients[0].request({ action: 'joinRoom', chatRoomId: other })
  const forms = await Promise.all([
    givenUpload(clients[0], room, { clientMessageId: 'm1' }),
    givenUpload(clients[1], room, { clientMessageId: 'm1' }),
    givenUpload(clients[0], other, { clientMessageId: 'm1' }),
  ])
  expect(new Set(forms.map(({ uploadId }) => uploadId)).size).toBe(3)
})

test('the clientMessageId of a message that was sent is a conflict for a file, and the other way round', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const [ada] = clients
  const send = (clientMessageId: string) => ({
    action: 'sendMessage' as const,
    chatRoomId: room,
    content: 'hi',
    clientMessageId,
  })
  const upload = { action: 'handleFileUpload', chatRoomId: room, fileName: 'dot.png', contentType: 'image/png' }
  await ada.request(send('sent'))
  const refused = await ada.refused({ ...upload, size: png.length, clientMessageId: 'sent' })
  expect(refused).toMatchObject({
    code: 'conflict',
    message: 'unable to upload; this clientMessageId belongs to a message that was sent',
    retryable: false,
  })
  await sendForm(await givenUpload(ada, room, { clientMessageId: 'uploaded' }), png)
  expect(await heard(ada)).toHaveLength(1)
  expect(await ada.refused(send('uploaded'))).toMatchObject({
    code: 'conflict',
    message: 'unable to send; this clientMessageId was used with other content',
  })
})

test('a message that takes the clientMessageId of a file on its way wins, and the uploader hears of it', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const form = await givenUpload(ada, room, { clientMessageId: 'm1' })
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'hi', clientMessageId: 'm1' })
  await sendForm(form, png)
  expect(await ada.event('uploadFailed')).toMatchObject({ reason: 'conflict', clientMessageId: 'm1' })
  expect(await heard(bob)).toEqual([])
})
