import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Runtime } from '../../src/local/runtime.ts'
import { online, startChat, unique } from '../support/runtime.ts'
import { png, sendForm } from '../support/upload-form.ts'

let chat: Runtime
beforeAll(async () => {
  chat = await startChat()
})
afterAll(() => chat.close())

test('a file goes to the bucket with a signed form, and every member hears of it when it has arrived', async () => {
  const room = unique('files')
  const [ada, bob] = [await online(chat, 'ada'), await online(chat, 'bob')]
  await ada.request({ action: 'createRoom', chatRoomId: room, roomName: 'Files', members: ['bob'] })
  await bob.event('roomAdded', (event) => event.chatRoomId === room)
  const form = await ada.request({
    action: 'handleFileUpload',
    chatRoomId: room,
    fileName: 'Grüße ☕ "1".png',
    contentType: 'image/png',
    size: png.length,
    caption: 'look',
  })
  expect((await sendForm(form, png)).status).toBe(204)
  for (const client of [ada, bob]) {
    const message = await client.event('message', (event) => event.chatRoomId === room)
    expect(message).toMatchObject({ seq: 1, kind: 'file', senderId: 'ada', content: 'look' })
    const file = await fetch(message.file!.fileUrl)
    expect(file.status).toBe(200)
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png)
    expect(file.headers.get('content-disposition')).toContain('inline')
  }
})
