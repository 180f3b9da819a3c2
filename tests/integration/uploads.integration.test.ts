import { expect, test } from 'vitest'
import type { ChatEvent, MessageEvent } from '../../src/protocol/events.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenRoom } from '../support/given-room.ts'
import { online } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'

const chat = await useChat()

const isFile = (event: ChatEvent): event is MessageEvent => event.event === 'message' && event.kind === 'file'
const filesOf = (client: RawClient) => client.events.filter(isFile)
const fileMessage = (client: RawClient) => client.event('message', isFile)

/** Waits until everything in the bucket and the stream has been processed, and everything posted has arrived. */
async function settled(...clients: RawClient[]): Promise<void> {
  await chat.bucket.idle()
  await chat.mapping.idle()
  await Promise.all(clients.map((client) => client.request({ action: 'ping' })))
}

test('a file goes to the bucket with a signed form, and every connection of every member hears of it once', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'ada', 'bob')
  const look = { width: 4_000, height: 3_000, thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI' }
  const form = await givenUpload(clients[0], room, { fileName: 'Grüße ☕ "1".png', caption: 'look', ...look })
  const sent = await sendForm(form, png)
  expect([sent.status, await sent.text()]).toEqual([204, ''])
  for (const client of clients) {
    const message = await fileMessage(client)
    expect(message).toMatchObject({ seq: 1, kind: 'file', senderId: userIds[0], content: 'look' })
    expect(message.file).toMatchObject({
      uploadId: form.uploadId,
      fileName: 'Grüße ☕ "1".png',
      size: png.length,
      ...look,
    })
    const file = await fetch(message.file!.fileUrl)
    expect(file.status).toBe(200)
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png)
    expect(file.headers.get('content-disposition')).toContain('inline')
  }
  await settled(...clients)
  for (const client of clients) expect(filesOf(client)).toHaveLength(1)
})

test('texts and files of a room share its numbers', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'one' })
  await sendForm(await givenUpload(ada, room, { caption: 'two' }), png)
  await fileMessage(bob)
  const { seq } = await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'three' })
  expect(seq).toBe(3)
  await bob.messages(room, ['one', 'two', 'three'])
})

test('history, sync, joinRoom and getFileUrl give out URLs that work, for a file that was missed', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await bob.close()
  await sendForm(await givenUpload(ada, room, { fileName: 'missed.png' }), png)
  const { messageId } = await fileMessage(ada)
  const again = await online(chat, userIds[1])
  const { rooms } = await again.request({ action: 'sync', rooms: { [room]: 0 } })
  const { events } = await again.request({ action: 'joinRoom', chatRoomId: room, lastSeq: 0 })
  const { messages } = await again.request({ action: 'getHistory', chatRoomId: room })
  const fresh = await again.request({ action: 'getFileUrl', chatRoomId: room, messageId })
  const shown = [rooms.find(({ chatRoomId }) => chatRoomId === room)!.events, events, messages]
  for (const [message] of shown) {
    expect(message).toMatchObject({ messageId, kind: 'file', file: { fileName: 'missed.png' } })
    expect(message!.file!.fileUrlExpiresAt).toBeGreaterThan(Date.now())
    expect((await fetch(message!.file!.fileUrl)).status).toBe(200)
  }
  expect(Buffer.from(await (await fetch(fresh.fileUrl)).arrayBuffer())).toEqual(png)
})

test('only members get a form or a URL, and only for a message that has a file', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const { clients: strangers } = await givenRoom(chat, 'eve')
  await sendForm(await givenUpload(ada, room), png)
  const { messageId } = await fileMessage(bob)
  const text = await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'no file' })
  const url = { action: 'getFileUrl', chatRoomId: room, messageId }
  const file = { chatRoomId: room, fileName: 'a.png', contentType: 'image/png', size: 1 }
  expect(await strangers[0].refused(url)).toMatchObject({
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
  })
  expect(await strangers[0].refused({ action: 'handleFileUpload', ...file })).toMatchObject({
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
  })
  expect(await bob.refused({ ...url, messageId: text.messageId })).toMatchObject({
    code: 'invalid_request',
    message: 'unable to sign a URL; there is no file',
  })
  expect(await bob.refused({ ...url, messageId: '0000000000000099' })).toMatchObject({
    code: 'message_not_found',
    message: 'unable to sign a URL; there is no such message',
  })
  await bob.request({ action: 'leaveRoom', chatRoomId: room })
  expect(await bob.refused(url)).toMatchObject({
    code: 'not_a_member',
    message: 'unable to act in this room; the user is not a member',
  })
})

test.each(['a "b" \'c\'.png', '../../etc/passwd', '👩‍👩‍👧 family.png', '%2e%2e%2f+ &=.png', '😀'.repeat(255)])(
  'the name %j is kept as it is, and never part of a key',
  async (fileName) => {
    const { room, clients } = await givenRoom(chat, 'ada')
    const form = await givenUpload(clients[0], room, { fileName })
    expect(form.fields.key).toMatch(new RegExp(`^rooms/${room}/${form.uploadId}/[0-9a-f]{32}$`))
    await sendForm(form, png)
    const { file } = await fileMessage(clients[0])
    expect(file?.fileName).toBe(fileName)
    expect((await fetch(file!.fileUrl)).status).toBe(200)
  },
)

test('a name that runs backwards, or has lines or a run of blanks, is cleaned', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const form = await givenUpload(clients[0], room, { fileName: ` two\nlines\u202e${' '.repeat(100)}gnp.png` })
  await sendForm(form, png)
  const { file } = await fileMessage(clients[0])
  expect(file?.fileName).toBe('two lines gnp.png')
})

test.each([
  ['text/html', '<script>alert(1)</script>'],
  ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
])('%s is only offered for saving', async (contentType, content) => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await sendForm(await givenUpload(clients[0], room, { contentType, size: content.length }), content)
  const { file } = await fileMessage(clients[0])
  const { headers } = await fetch(file!.fileUrl)
  expect(headers.get('content-disposition')).toMatch(/^attachment/)
})
