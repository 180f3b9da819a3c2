import { expect, test } from 'vitest'
import type { ChatEvent, MessageEvent } from '../../src/protocol/events.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenRoom } from '../support/given-room.ts'
import { isLikeAws } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'

const chat = await useChat()

const isFile = (event: ChatEvent): event is MessageEvent => event.event === 'message' && event.kind === 'file'
const filesOf = (client: RawClient) => client.events.filter(isFile)

/** Waits until everything in the bucket and the stream has been processed, and everything posted has arrived. */
async function settled(...clients: RawClient[]): Promise<void> {
  await chat.bucket.idle()
  await chat.mapping.idle()
  await Promise.all(clients.map((client) => client.request({ action: 'ping' })))
}

test('a file of 25 MiB is uploaded and downloaded unchanged', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  const size = 25 * 1024 * 1024
  const bytes = Buffer.concat([png], size)
  expect((await sendForm(await givenUpload(clients[0], room, { size }), bytes)).status).toBe(204)
  const { file } = await clients[0].event('message', isFile)
  const back = Buffer.from(await (await fetch(file!.fileUrl)).arrayBuffer())
  expect(back.equals(bytes)).toBe(true)
})

test('fifty files at once in one room are fifty messages, each announced once to everybody', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const names = Array.from({ length: 50 }, (_, i) => `${i}.png`)
  const forms = await Promise.all(names.map((fileName) => givenUpload(ada, room, { fileName })))
  await Promise.all(forms.map((form) => sendForm(form, png)))
  await settled(ada, bob)
  expect(chat.bucket.failures).toEqual([])
  for (const client of [ada, bob]) {
    expect(new Set(filesOf(client).map(({ file }) => file?.fileName))).toEqual(new Set(names))
    const seqs = filesOf(client).map(({ seq }) => seq)
    expect(new Set(seqs).size).toBe(50)
    expect(seqs).toHaveLength(50)
    // A number whose write was refused stays a hole.
    if (!isLikeAws) expect(Math.max(...seqs)).toBe(50)
  }
})
