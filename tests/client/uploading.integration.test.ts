import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { postFormByHttp } from '../../client/node-post-form.ts'
import type { PostForm } from '../../client/post-form.ts'
import { settledAfter, startChat, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { png } from '../support/upload-form.ts'
import { clientOf } from './online.ts'

const chat = await useChat()

const file = new File([png], 'dot.png', { type: 'image/png' })

async function roomToUploadTo(postForm: PostForm, runtime = chat) {
  const client = clientOf(runtime, unique('ada'), { postForm })
  await client.connect()
  return client.createRoom({ roomName: 'A room' })
}

test.each([
  ['what `lookOf` finds', { width: 1, height: 1 }],
  ['what is given', { thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI' }],
])('a picture goes with %s', async (_, look) => {
  const isGiven = 'thumbhash' in look
  const client = clientOf(chat, unique('ada'), {
    lookOf: () => Promise.resolve(isGiven ? { width: 2 } : look),
  })
  await client.connect()
  const room = await client.createRoom({ roomName: 'A room' })
  const { file: sent } = await room.upload(file, isGiven ? { look } : {})
  expect(sent).toMatchObject(look)
  expect(sent!.width).toBe(isGiven ? undefined : 1)
})

test('a picture that cannot be looked at goes without', async () => {
  const errors: unknown[] = []
  const broken = new Error('no canvas')
  const client = clientOf(chat, unique('ada'), {
    lookOf: () => Promise.reject(broken),
    onError: (error) => errors.push(error),
  })
  await client.connect()
  const { file: sent } = await (await client.createRoom({ roomName: 'A room' })).upload(file)
  expect(sent!.width).toBeUndefined()
  expect(errors).toEqual([broken])
})

test('an upload can be aborted while there is no server', async () => {
  const gone = await startChat()
  const room = await roomToUploadTo(postFormByHttp, gone)
  await gone.close()
  await expect(room.upload(file, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('leaving ends an upload', async () => {
  const room = await roomToUploadTo(async (url, form, { onProgress }) => {
    await room.leave()
    return postFormByHttp(url, form, onProgress ? { onProgress } : {})
  })
  await expect(room.upload(file)).rejects.toMatchObject({
    code: 'not_a_member',
    message: 'unable to go on; this user has left the room',
  })
})

test('a file goes again, and is in the room once, when the connection to the bucket breaks', async () => {
  const broken = await givenServer((request) => request.destroy())
  let posts = 0
  const room = await roomToUploadTo((url, form, transfer) =>
    postFormByHttp(++posts === 1 ? broken : url, form, transfer),
  )
  const { messageId } = await room.upload(file)
  expect(posts).toBe(2)
  expect((await room.history()).messages).toMatchObject([{ messageId, kind: 'file' }])
})

test('a file that did arrive, though its answer was lost, is in the room once', async () => {
  const room = await roomToUploadTo(async (url, form) => {
    await postFormByHttp(url, form, {})
    throw new Error('read ECONNRESET')
  })
  const { messageId } = await room.upload(file)
  expect((await room.history()).messages).toMatchObject([{ messageId, kind: 'file' }])
})

test('in Node, progress is what has left for the network, piece by piece', async () => {
  const size = 40_000_000
  const fractions: number[] = []
  let first: number | undefined
  const url = await givenServer((request, response) => {
    first = fractions.at(-1) ?? 0
    request.resume().on('end', () => response.writeHead(204).end())
  })
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(size)]), 'file')
  expect(await postFormByHttp(url, form, { onProgress: (fraction) => fractions.push(fraction) })).toBe(204)
  // The server has read none of the body by then, but the system buffers some megabytes.
  expect(first).toBeLessThan(0.5)
  expect(fractions.length).toBeGreaterThan(100)
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
  expect(fractions.at(-1)).toBe(1)
})

test('in Node, a bucket that refuses before it has read the file is heard, and sent no more of it', async () => {
  const requests: IncomingMessage[] = []
  const url = await givenServer((request, response) => {
    requests.push(request)
    response.writeHead(403).write('<Error>')
  })
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(40_000_000)]), 'file')
  expect(await postFormByHttp(url, form, {})).toBe(403)
  const [request] = requests
  await new Promise((resolve) => request!.resume().on('close', resolve))
  expect(request!.complete).toBe(false)
})

test('in Node, a connection that breaks after the bucket’s answer harms nobody', async () => {
  const sockets: Socket[] = []
  const url = await givenServer((request, response) => {
    sockets.push(request.socket)
    request.resume().on('end', () => response.writeHead(200).write('<PostResponse>'))
  })
  expect(await postFormByHttp(url, new FormData(), {})).toBe(200)
  sockets[0]!.resetAndDestroy()
  // By the time of another response, the end of the first connection has been noticed. If it threw, this file would
  // fail.
  expect(await postFormByHttp(url, new FormData(), {})).toBe(200)
})

/** Starts a server with this handler. Returns its address. */
async function givenServer(handle: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('a file that is uploaded to a thread is a reply there, and not among the room’s messages unless it is for it', async () => {
  const client = clientOf(chat, unique('ada'))
  await client.connect()
  const room = await client.createRoom({ roomName: 'A room' })
  const { messageId } = await room.send({ content: 'root' }).done
  const thread = room.thread(messageId)
  const sent = await thread.upload(file, { caption: 'a reply' })
  expect(sent).toMatchObject({ kind: 'file', threadId: messageId, content: 'a reply' })
  const both = await thread.upload(file, { inRoom: true })
  const idsOf = (messages: readonly { messageId: string }[]) => messages.map((one) => one.messageId)
  expect(idsOf(thread.messages)).toEqual([sent.messageId, both.messageId])
  await settledAfter(chat)
  expect(idsOf((await room.history({ view: 'room' })).messages)).toEqual([messageId, both.messageId])
  expect(idsOf((await thread.history()).messages)).toEqual([sent.messageId, both.messageId])
  expect((await thread.findRoot())!.thread).toMatchObject({ replies: 2, lastUserIds: [client.userId] })
})
