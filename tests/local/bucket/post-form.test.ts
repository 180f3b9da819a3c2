import { EventEmitter, once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import type { PresignedPostOptions } from '@aws-sdk/s3-presigned-post'
import { expect, test } from 'vitest'
import { BUCKET, clientFor, given, leftovers, objects, postForm, presignedPost, send } from './support.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const MIB = 1024 * 1024

type Post = { url: string; fields: Record<string, string> }
const withField = (post: Post, name: string, value: string): Post => ({
  ...post,
  fields: { ...post.fields, [name]: value },
})
const withoutField = ({ url, fields }: Post, name: string): Post => ({
  url,
  fields: Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name)),
})
const repolicied = (post: Post, change: (policy: { conditions: unknown[] }) => void): Post => {
  const policy = JSON.parse(Buffer.from(post.fields.Policy ?? '', 'base64').toString()) as { conditions: unknown[] }
  change(policy)
  return withField(post, 'Policy', Buffer.from(JSON.stringify(policy)).toString('base64'))
}

interface Case {
  name: string
  options?: Partial<PresignedPostOptions>
  change?: (post: Post) => Post
  content?: string
  status: number
  code?: string
}
const tags = '<Tagging><TagSet><Tag><Key>state</Key><Value>pending</Value></Tag></TagSet></Tagging>'
const cases: Case[] = [
  { name: 'as signed', status: 204 },
  { name: 'of the smallest size', content: 'abc', status: 204 },
  { name: 'of the largest size', content: '0123456789', status: 204 },
  { name: 'one byte too small', content: 'ab', status: 400, code: 'EntityTooSmall' },
  { name: 'one byte too large', content: '0123456789a', status: 400, code: 'EntityTooLarge' },
  {
    name: 'for another exact key',
    change: (post) => withField(post, 'key', 'rooms/r2/file'),
    status: 403,
    code: 'AccessDenied',
  },
  {
    name: 'inside its key prefix',
    options: { Key: 'rooms/${filename}' },
    status: 204,
  },
  {
    name: 'outside its key prefix',
    options: { Key: 'rooms/${filename}' },
    change: (post) => withField(post, 'key', 'other/file'),
    status: 403,
    code: 'AccessDenied',
  },
  {
    name: 'of another content type',
    change: (post) => withField(post, 'Content-Type', 'text/html'),
    status: 403,
    code: 'AccessDenied',
  },
  {
    name: 'without its content type',
    change: (post) => withoutField(post, 'Content-Type'),
    status: 403,
    code: 'AccessDenied',
  },
  {
    name: 'of an allowed kind of content type',
    options: { Fields: { 'Content-Type': 'image/png' }, Conditions: [['starts-with', '$Content-Type', 'image/']] },
    status: 204,
  },
  {
    name: 'of a list of content types of which one is not allowed',
    options: { Fields: {}, Conditions: [['starts-with', '$Content-Type', 'image/']] },
    change: (post) => withField(post, 'Content-Type', 'image/png,text/html'),
    status: 403,
    code: 'AccessDenied',
  },
  {
    name: 'with a tampered policy',
    change: (post) => repolicied(post, (policy) => policy.conditions.shift()),
    status: 403,
    code: 'SignatureDoesNotMatch',
  },
  {
    name: 'with a bad signature',
    change: (post) => withField(post, 'X-Amz-Signature', '0'.repeat(64)),
    status: 403,
    code: 'SignatureDoesNotMatch',
  },
  {
    name: 'without a signature',
    change: (post) => withoutField(post, 'X-Amz-Signature'),
    status: 403,
    code: 'AccessDenied',
  },
  { name: 'without a policy', change: (post) => withoutField(post, 'Policy'), status: 403, code: 'AccessDenied' },
  {
    name: 'with an unknown access key',
    change: (post) =>
      withField(post, 'X-Amz-Credential', (post.fields['X-Amz-Credential'] ?? '').replace('local', 'other')),
    status: 403,
    code: 'InvalidAccessKeyId',
  },
  { name: 'that has expired', options: { Expires: -1 }, status: 403, code: 'AccessDenied' },
  {
    name: 'with a field that no condition covers',
    change: (post) => withField(post, 'x-amz-meta-role', 'admin'),
    status: 403,
    code: 'AccessDenied',
  },
  { name: 'with a covered field', options: { Fields: { 'x-amz-meta-role': 'user' } }, status: 204 },
  { name: 'with an x-ignore- field', change: (post) => withField(post, 'x-ignore-note', 'any'), status: 204 },
  {
    name: 'for another bucket',
    change: (post) => withField(post, 'bucket', 'other'),
    status: 403,
    code: 'AccessDenied',
  },
  { name: 'with signed tags', options: { Fields: { tagging: tags } }, status: 204 },
  {
    name: 'with changed tags',
    options: { Fields: { tagging: tags } },
    change: (post) => withField(post, 'tagging', tags.replace('pending', 'done')),
    status: 403,
    code: 'AccessDenied',
  },
  { name: 'with malformed tags', options: { Fields: { tagging: '<Tagging>' } }, status: 400, code: 'MalformedXML' },
  { name: 'with a right checksum', options: { Fields: { 'x-amz-checksum-crc32': 'NhCmhg==' } }, status: 204 },
  {
    name: 'with a wrong checksum',
    options: { Fields: { 'x-amz-checksum-crc32': 'AAAAAA==' } },
    status: 400,
    code: 'BadDigest',
  },
  { name: 'to a key of 1,024 bytes', options: { Key: `rooms/${'x'.repeat(1018)}` }, status: 204 },
  {
    name: 'to a key of 1,025 bytes',
    options: { Key: `rooms/${'x'.repeat(1019)}` },
    status: 400,
    code: 'KeyTooLongError',
  },
  { name: 'without a key', change: (post) => withoutField(post, 'key'), status: 403, code: 'AccessDenied' },
]

test.for(cases)('answers a form $name with $status $code', async ({ options, change, content, status, code }) => {
  const dataDir = temporaryFolder()
  const { bucket, client, events } = await given({ dataDir })
  const post = await presignedPost(client, options)
  const outcome = await postForm(change ? change(post) : post, content)
  expect({ status: outcome.status, code: outcome.code }).toEqual({ status, code })
  await bucket.idle()
  expect(objects(dataDir)).toHaveLength(status === 204 ? 1 : 0)
  expect(events).toHaveLength(status === 204 ? 1 : 0)
  expect(leftovers(dataDir)).toEqual([])
})

test('stores what the form says', async () => {
  const { client } = await given()
  const fields = {
    'Content-Type': 'text/plain',
    'Content-Disposition': 'attachment',
    'x-amz-meta-name': 'Grüße 🎉',
    tagging: tags,
  }
  const outcome = await postForm(await presignedPost(client, { Fields: fields }))
  expect(outcome.response.headers.get('etag')).toBe('"5d41402abc4b2a76b9719d911017c592"')
  const object = { Bucket: BUCKET, Key: 'rooms/r1/file' }
  const got = await client.send(new GetObjectCommand(object))
  expect(got).toMatchObject({ ContentType: 'text/plain', ContentDisposition: 'attachment', TagCount: 1 })
  expect(got.Metadata?.name).toBe(`=?UTF-8?B?${Buffer.from('Grüße 🎉').toString('base64')}?=`)
  expect(await got.Body?.transformToString()).toBe('hello')
  const { TagSet } = await client.send(new GetObjectTaggingCommand(object))
  expect(TagSet).toEqual([{ Key: 'state', Value: 'pending' }])
})

test('puts the name of the file in place of ${filename}', async () => {
  const { client } = await given()
  await postForm(await presignedPost(client, { Key: 'rooms/${filename}' }), 'hello', '$& ü.txt')
  await expect(client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'rooms/$& ü.txt' }))).resolves.toBeDefined()
})

test('ignores fields after the file', async () => {
  const { client } = await given()
  const outcome = await postForm(await presignedPost(client), 'hello', 'a', {
    key: 'other',
    'x-amz-meta-role': 'admin',
  })
  expect(outcome.status).toBe(204)
  await expect(client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'rooms/r1/file' }))).resolves.toMatchObject({
    Metadata: {},
  })
})

test.for([
  { field: 'success_action_status', value: '200', status: 200 },
  { field: 'success_action_status', value: '201', status: 201 },
  { field: 'success_action_status', value: '418', status: 204 },
  { field: 'success_action_redirect', value: 'http://localhost/done?x=1', status: 303 },
])('answers with $status for $field $value', async ({ field, value, status }) => {
  const { client } = await given()
  const outcome = await postForm(await presignedPost(client, { Fields: { [field]: value } }))
  expect(outcome.status).toBe(status)
  if (status === 201) expect(outcome.body).toContain('<Key>rooms/r1/file</Key>')
  if (status === 303) {
    expect(outcome.response.headers.get('location')).toBe(
      'http://localhost/done?x=1&bucket=uploads&key=rooms%2Fr1%2Ffile&etag=%225d41402abc4b2a76b9719d911017c592%22',
    )
  }
})

test.for([
  { name: 'no boundary', type: 'multipart/form-data', body: 'x', code: 'MalformedPOSTRequest' },
  {
    name: 'no end',
    type: 'multipart/form-data; boundary=b',
    body: '--b\r\ncontent-disposition: form-data; name="key"\r\n\r\nx',
    code: 'MalformedPOSTRequest',
  },
  {
    name: 'no file',
    type: 'multipart/form-data; boundary=b',
    body: '--b\r\ncontent-disposition: form-data; name="key"\r\n\r\nx\r\n--b--\r\n',
    code: 'InvalidArgument',
  },
  {
    name: 'an unfinished file',
    type: 'multipart/form-data; boundary=b',
    body: '--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\nx',
    code: 'AccessDenied|MalformedPOSTRequest',
  },
  {
    name: 'a file of another name',
    type: 'multipart/form-data; boundary=b',
    body: '--b\r\ncontent-disposition: form-data; name="other"; filename="f"\r\n\r\nx\r\n--b--\r\n',
    code: 'InvalidArgument',
  },
  {
    name: 'too long fields',
    type: 'multipart/form-data; boundary=b',
    body: `--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n${'x'.repeat(30_000)}\r\n--b--\r\n`,
    code: 'MaxPostPreDataLengthExceededError',
  },
])('refuses a form with $name', async ({ type, body, code }) => {
  const dataDir = temporaryFolder()
  const { bucket } = await given({ dataDir })
  const outcome = await send(`${bucket.endpoint}/${BUCKET}`, {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  })
  expect(outcome.code).toMatch(new RegExp(`^(${code})$`))
  expect(leftovers(dataDir)).toEqual([])
})

/** Returns a form with one file of `size` bytes, which is sent as fast as the bucket reads it. */
function slowForm({ url, fields }: Post, size: number) {
  const head = Object.entries(fields)
    .map(([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')
  const before = `${head}--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n`
  const after = '\r\n--b--\r\n'
  const length = Buffer.byteLength(before) + size + after.length
  const req = request(url, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': length },
  })
  req.write(before)
  return { req, after }
}

test('keeps a 25 MiB upload out of memory: the bytes are on disk as they come', async () => {
  const dataDir = temporaryFolder()
  const { bucket } = await given({ dataDir })
  const size = 25 * MIB
  const post = await presignedPost(clientFor(bucket), { Conditions: [['content-length-range', 0, size]] })
  const { req, after } = slowForm(post, size)
  const answered = once(req, 'response')
  const piece = Buffer.alloc(256 * 1024, 'x')
  let mostInFlight = 0
  for (let sent = 0; sent < size; sent += piece.length) {
    if (!req.write(piece)) await once(req, 'drain')
    const onDisk = leftovers(dataDir).reduce((sum, name) => sum + statSync(join(dataDir, 'incoming', name)).size, 0)
    mostInFlight = Math.max(mostInFlight, sent + piece.length - onDisk)
  }
  req.end(after)
  const [response] = (await answered) as [{ statusCode: number; resume(): void }]
  response.resume()
  expect(response.statusCode).toBe(204)
  expect(mostInFlight).toBeLessThan(16 * MIB)
  const blobs = readdirSync(join(dataDir, 'blobs'))
  expect(blobs.map((name) => statSync(join(dataDir, 'blobs', name)).size)).toEqual([size])
})

test('reads a form that is far too large to its end, so that the client gets to the answer', async () => {
  const { client } = await given()
  const size = 16 * MIB
  const { req, after } = slowForm(await presignedPost(client), size)
  const answered = once(req, 'response')
  const written = once(req, 'finish')
  req.end(Buffer.concat([Buffer.alloc(size, 'x'), Buffer.from(after)]))
  const [response] = (await answered) as [IncomingMessage]
  expect(Buffer.concat((await response.toArray()) as Buffer[]).toString()).toContain('<Code>EntityTooLarge</Code>')
  await written
})

test('reads an unsigned PUT to its end, so that the client gets to the answer', async () => {
  const { url } = await given()
  const outcome = await send(url('k'), { method: 'PUT', body: new Uint8Array(16 * MIB) })
  expect(outcome).toMatchObject({ status: 403, code: 'AccessDenied' })
})

test('leaves nothing of a form that is broken after its file', async () => {
  const dataDir = temporaryFolder()
  const { client } = await given({ dataDir })
  const { req } = slowForm(await presignedPost(client), 5)
  const answered = once(req, 'response')
  req.end('hello\r\n--b\r\n\r\n')
  const [response] = (await answered) as [IncomingMessage]
  expect(Buffer.concat((await response.toArray()) as Buffer[]).toString()).toContain(
    '<Code>MalformedPOSTRequest</Code>',
  )
  expect(leftovers(dataDir)).toEqual([])
  expect(objects(dataDir)).toEqual([])
})

test('leaves nothing of an upload that breaks off', async () => {
  const dataDir = temporaryFolder()
  const left = new EventEmitter()
  const gone = once(left, 'gone')
  const { bucket, client } = await given({
    dataDir,
    log: {
      info: (message) => message.startsWith('a client left') && left.emit('gone'),
      warn: () => undefined,
      error: () => undefined,
    },
  })
  const post = await presignedPost(client, { Conditions: [['content-length-range', 0, MIB]] })
  const { req } = slowForm(post, MIB)
  req.on('error', () => undefined)
  req.write(Buffer.alloc(MIB / 2), () => req.destroy())
  await gone
  expect(leftovers(dataDir)).toEqual([])
  expect(objects(dataDir)).toEqual([])
  await bucket.idle()
})
