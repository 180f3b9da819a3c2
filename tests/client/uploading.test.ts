import { expect, test } from 'vitest'
import type { PostForm } from '../../client/post-form.ts'
import type { UploadOptions } from '../../client/upload.ts'
import type { MessageEvent, UploadFailedEvent } from '../../src/protocol/events.ts'
import type { Answer, FakeServer } from './fake-server.ts'
import { givenJoinedRoom } from './given-client.ts'
import { settled } from './virtual-clock.ts'

const file = new Blob(['a file'], { type: 'text/plain' })

/** The answer to `handleFileUpload`. */
const form = { data: { url: 'https://bucket.example/', fields: { key: 'k' } } }

/** What a bucket does with the nth form, counted from 1. */
type Bucket = (nth: number, transfer: Parameters<PostForm>[2]) => Promise<number>

const reset = (): never => {
  throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}

/** Creates a room, and begins to upload a file to it. */
async function givenUpload(bucket: Bucket, options: UploadOptions = {}) {
  let posts = 0
  const given = await givenJoinedRoom({ postForm: (_url, _form, transfer) => bucket(++posts, transfer) })
  const { server, room } = given
  server.override = ({ action }) => (action === 'handleFileUpload' ? form : undefined)
  const upload = outcome(room.upload(file, options))
  await settled()
  return { ...given, upload, posts: () => posts }
}

/** Returns the present state of a promise: `pending`, its value or its reason. */
function outcome<T>(promise: Promise<T>): () => unknown {
  let state: unknown = 'pending'
  promise.then(
    (value) => (state = value),
    (error: unknown) => (state = error),
  )
  return () => state
}

const idOf = (server: FakeServer) => server.asked('handleFileUpload')[0]!.clientMessageId as string

const fileMessage = (server: FakeServer): MessageEvent =>
  server.keep('general', '', { kind: 'file', senderId: 'me', clientMessageId: idOf(server) })

const refusal = (server: FakeServer): UploadFailedEvent => ({
  ...{ event: 'uploadFailed', chatRoomId: 'general', uploadId: 'u', reason: 'not_a_member' },
  clientMessageId: idOf(server),
})

const takes: Bucket = async () => 204
const never: Bucket = () => new Promise(() => {})

test('an upload resolves with the file’s message, and only with that', async () => {
  const { server, upload } = await givenUpload(takes)
  server.socket.events(server.keep('general', 'another', { clientMessageId: 'another' }))
  await settled()
  expect(upload()).toBe('pending')
  const message = fileMessage(server)
  server.socket.events(message)
  await settled()
  expect(upload()).toEqual(message)
})

test.each<[string, Bucket, (server: FakeServer) => void]>([
  ['there is no connection', takes, (server) => server.socket.cut()],
  ['the server doesn’t answer', takes, (server) => (server.socket.halfOpen = true)],
])('an upload ends when it is aborted while %s, and asks for nothing afterwards', async (_, bucket, fail) => {
  const given = await givenJoinedRoom({ postForm: () => bucket(1, {}) })
  const { server, room, clock } = given
  server.down = true
  fail(server)
  const abort = new AbortController()
  const upload = outcome(room.upload(file, { signal: abort.signal }))
  await settled()
  expect(upload()).toBe('pending')
  const reason = new Error('changed my mind')
  abort.abort(reason)
  await settled()
  expect(upload()).toBe(reason)
  server.down = false
  await clock.advance(60_000)
  expect(given.client.status).toBe('connected')
  expect(server.asked('handleFileUpload')).toEqual([])
})

test.each<[string, Bucket]>([
  ['is being sent', never],
  ['is in the bucket and its message is on its way', takes],
  ['waits to be sent again', async () => 503],
])('an upload ends when it is aborted while the file %s', async (_, bucket) => {
  const abort = new AbortController()
  const { upload, posts, clock } = await givenUpload(bucket, { signal: abort.signal })
  expect(upload()).toBe('pending')
  const reason = new Error('changed my mind')
  abort.abort(reason)
  await settled()
  expect(upload()).toBe(reason)
  await clock.advance(120_000)
  expect(posts()).toBe(1)
})

test('what sends the form learns when the upload is over', async () => {
  const abort = new AbortController()
  const signals: (AbortSignal | undefined)[] = []
  await givenUpload(
    (nth, { signal }) => {
      signals.push(signal)
      return never(nth, {})
    },
    { signal: abort.signal },
  )
  expect(signals[0]?.aborted).toBe(false)
  abort.abort()
  await settled()
  expect(signals[0]?.aborted).toBe(true)
})

test('an upload ends when this user leaves the room', async () => {
  const { room, upload } = await givenUpload(never)
  await room.leave()
  await settled()
  expect(upload()).toMatchObject({ code: 'not_a_member', message: /left the room/ })
})

test('a room that was left tells nothing, not even that the server refused a file', async () => {
  const { server, room } = await givenUpload(takes)
  const failed: string[] = []
  room.on('uploadFailed', ({ reason }) => failed.push(reason))
  await room.leave()
  server.socket.events(refusal(server))
  expect(failed).toEqual([])
})

test('an upload into a room that was left and joined again ends when that is left too', async () => {
  const { room } = await givenUpload(takes)
  await room.leave()
  await room.join()
  const upload = outcome(room.upload(file))
  await settled()
  expect(upload()).toBe('pending')
  await room.leave()
  await settled()
  expect(upload()).toMatchObject({ code: 'not_a_member', message: 'unable to go on; this user has left the room' })
})

test.each<[string, Bucket]>([
  ['waits to be sent again', async () => 503],
  ['waits for its message', takes],
])('an upload that ends while it %s leaves no timer behind', async (_, bucket) => {
  const given = await givenJoinedRoom({ postForm: () => bucket(1, {}) })
  given.server.override = ({ action }) => (action === 'handleFileUpload' ? form : undefined)
  await settled()
  const before = given.clock.timers
  const abort = new AbortController()
  const upload = outcome(given.room.upload(file, { signal: abort.signal }))
  await settled()
  expect(given.clock.timers).toBe(before + 1)
  abort.abort()
  await settled()
  expect(upload()).not.toBe('pending')
  expect(given.clock.timers).toBe(before)
})

test('a file whose message doesn’t come is given up after a minute, and may still come', async () => {
  const { upload, clock } = await givenUpload(takes)
  await clock.advance(59_999)
  expect(upload()).toBe('pending')
  await clock.advance(1)
  expect(upload()).toMatchObject({ code: 'timeout', retryable: true, message: /may still come/ })
})

test('onProgress that throws is given to onError and ends nothing', async () => {
  const oops = new Error('oops')
  const { server, upload, errors } = await givenUpload(
    async (_, { onProgress }) => {
      onProgress?.(1)
      return 204
    },
    {
      onProgress: () => {
        throw oops
      },
    },
  )
  const message = fileMessage(server)
  server.socket.events(message)
  await settled()
  expect(errors).toEqual([oops])
  expect(upload()).toEqual(message)
})

test.each<[string, () => Promise<number>]>([
  ['doesn’t answer', async () => reset()],
  ['answers 503', async () => 503],
])('a file is sent again, with a fresh form for the same upload, when the bucket %s', async (_, fail) => {
  const { server, upload, clock, posts } = await givenUpload((nth) => (nth < 3 ? fail() : takes(nth, {})))
  await clock.advance(10_000)
  expect(posts()).toBe(3)
  const asked = server.asked('handleFileUpload')
  expect(asked.map(({ clientMessageId }) => clientMessageId)).toEqual(Array(3).fill(idOf(server)))
  const message = fileMessage(server)
  server.socket.events(message)
  await settled()
  expect(upload()).toEqual(message)
})

test('after five tries the upload has failed, retryably, with what the network said', async () => {
  const { upload, clock, posts } = await givenUpload(async () => reset())
  await clock.advance(60_000)
  expect(posts()).toBe(5)
  expect(upload()).toMatchObject({
    name: 'ChatError',
    code: 'upload_failed',
    retryable: true,
    cause: { code: 'ECONNRESET' },
  })
})

test('a file that the bucket refuses isn’t sent again', async () => {
  const { upload, clock, posts } = await givenUpload(async () => 403)
  expect(upload()).toMatchObject({ code: 'upload_failed', retryable: false, message: /answered 403/ })
  await clock.advance(60_000)
  expect(posts()).toBe(1)
})

test.each<[string, Answer]>([
  ['and the server says which', { data: { ...form.data, messageId: '0000000000000001' } }],
  ['and a server of before says that there is one', { error: { code: 'conflict', retryable: false } }],
])('a file that did arrive, though its answer was lost, makes one message, %s', async (_, answer) => {
  const { server, upload, clock, posts } = await givenUpload(async () => reset())
  server.override = ({ action }) => (action === 'handleFileUpload' ? answer : undefined)
  await clock.advance(20_000)
  expect([upload(), posts()]).toEqual(['pending', 1])
  const message = fileMessage(server)
  server.socket.events(message)
  await settled()
  expect(upload()).toEqual(message)
})

test('the message ends an upload that waits to be sent again', async () => {
  const { server, upload, clock, posts } = await givenUpload(async () => reset())
  const message = fileMessage(server)
  server.socket.events(message)
  await clock.advance(60_000)
  expect(upload()).toEqual(message)
  expect(posts()).toBe(1)
})

test('a transfer without progress for 45 s is sent again, and fails as retryable after five', async () => {
  const { clock, upload, posts } = await givenUpload(never)
  await clock.advance(44_000)
  expect(posts()).toBe(1)
  await clock.advance(2_000)
  expect(posts()).toBe(2)
  await clock.advance(5 * 60_000)
  expect(posts()).toBe(5)
  expect(upload()).toMatchObject({
    code: 'upload_failed',
    message: 'unable to upload; the bucket did not answer',
    retryable: true,
    cause: { message: 'no progress in 45000 ms' },
  })
  expect(clock.timers).toBeLessThan(5)
})

test('a transfer that makes progress may take as long as it must; one that repeats itself may not', async () => {
  const reports: ((fraction: number) => void)[] = []
  const { clock, posts } = await givenUpload((_, { onProgress }) => {
    reports.push(onProgress!)
    return never(1, {})
  })
  for (let i = 1; i <= 10; i++) {
    reports[0]!(i / 20)
    await clock.advance(40_000)
  }
  expect(posts()).toBe(1)
  reports[0]!(0.5)
  await clock.advance(10_000)
  expect(posts()).toBe(2)
})

test('a transfer that is given up is told so by its signal', async () => {
  const signals: AbortSignal[] = []
  const { clock } = await givenUpload((_, { signal }) => {
    signals.push(signal!)
    return never(1, {})
  })
  await clock.advance(46_000)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
})

test.each([undefined, '/path', new Uint8Array(1)])(
  '%o is no file: the upload fails with a ChatError',
  async (given) => {
    const { room, server } = await givenJoinedRoom()
    await expect(room.upload(given as unknown as Blob)).rejects.toMatchObject({
      ...{ name: 'ChatError', code: 'invalid_request', message: 'unable to upload; the file is no Blob or File' },
    })
    expect(server.asked('handleFileUpload')).toEqual([])
  },
)

test('a file may have what a message has, and be a reply in a thread', async () => {
  const { server, room } = await givenJoinedRoom()
  server.override = ({ action }) => (action === 'handleFileUpload' ? 'nothing' : undefined)
  const { signal } = new AbortController()
  const beside = { replyTo: '0000000000000002', mentions: ['bob'], metadata: { of: 'the trip' } }
  const given = { ...beside, fileName: 'a.txt', caption: 'look', signal, onProgress: () => {} }
  void room.upload(file, given).catch(() => {})
  void room
    .thread('0000000000000001')
    .upload(file, { inRoom: true })
    .catch(() => {})
  await settled()
  const asked = { action: 'handleFileUpload', chatRoomId: 'general', contentType: 'text/plain', size: 6 }
  const own = { requestId: expect.any(String) as string, clientMessageId: expect.any(String) as string }
  expect(server.asked('handleFileUpload')).toEqual([
    { ...asked, ...own, ...beside, fileName: 'a.txt', caption: 'look' },
    { ...asked, ...own, fileName: 'file', threadId: '0000000000000001', inRoom: true },
  ])
})
