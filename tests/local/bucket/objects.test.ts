import { createHash, createHmac } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, test } from 'vitest'
import { StartupError } from '../../../local/contracts.ts'
import { BUCKET, clientFor, CREDENTIALS, given, leftovers, ORIGIN, REGION, send } from './support.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const put = (extra: Partial<PutObjectCommandInput> = {}): PutObjectCommand =>
  new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'hello', ...extra })
/** node:crypto in the shape that the SDK's signer requires. */
class Sha256 {
  readonly #hash
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array)
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {}
}

const get = (extra: object = {}): GetObjectCommand => new GetObjectCommand({ Bucket: BUCKET, Key: 'k', ...extra })

describe('checksums', () => {
  test.for([
    { name: 'Content-MD5', input: { ContentMD5: 'XUFAKrxLKna5cZ2REBfFkg==' }, ok: true },
    { name: 'Content-MD5', input: { ContentMD5: 'AUFAKrxLKna5cZ2REBfFkg==' }, ok: false },
    { name: 'CRC32', input: { ChecksumCRC32: 'NhCmhg==' }, ok: true },
    { name: 'CRC32', input: { ChecksumCRC32: 'AAAAAA==' }, ok: false },
    { name: 'SHA1', input: { ChecksumSHA1: 'qvTGHdzF6KLavt4PO0gs2a6pQ00=' }, ok: true },
    { name: 'SHA1', input: { ChecksumSHA1: 'AvTGHdzF6KLavt4PO0gs2a6pQ00=' }, ok: false },
    { name: 'SHA256', input: { ChecksumSHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=' }, ok: true },
    { name: 'SHA256', input: { ChecksumSHA256: 'APJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=' }, ok: false },
  ])('a $name that is right: $ok', async ({ input, ok }) => {
    const dataDir = temporaryFolder()
    const { client } = await given({ dataDir })
    const sent = client.send(put(input))
    if (ok) {
      await expect(sent).resolves.toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"' })
    } else {
      await expect(sent).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } })
      expect(readdirSync(`${dataDir}/objects`)).toEqual([])
    }
    expect(leftovers(dataDir)).toEqual([])
  })
})

describe('a body in aws-chunked framing', () => {
  const stream = (...chunks: string[]): Readable => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))

  test.for(['CRC32', 'SHA1', 'SHA256'] as const)(
    'is stored without the framing, its trailing %s checked and kept',
    async (ChecksumAlgorithm) => {
      const { client } = await given()
      await client.send(put({ Body: stream('hel', 'lo'), ContentLength: 5, ChecksumAlgorithm, ContentEncoding: 'br' }))
      const got = await client.send(get({ ChecksumMode: 'ENABLED' }))
      expect(await got.Body?.transformToString()).toBe('hello')
      expect(got).toMatchObject({
        ContentLength: 5,
        ContentEncoding: 'br',
        [`Checksum${ChecksumAlgorithm}`]: expect.any(String) as string,
      })
    },
  )

  test('is refused with a wrong trailing checksum', async () => {
    const { client } = await given()
    client.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as { body: Readable }
        const text = Buffer.concat((await request.body.toArray()) as Buffer[]).toString()
        request.body = Readable.from([Buffer.from(text.replace('NhCmhg==', 'AAAAAA=='))])
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
    )
    await expect(client.send(put({ Body: stream('hello'), ContentLength: 5 }))).rejects.toMatchObject({
      name: 'BadDigest',
    })
  })

  const framedPut = async (endpoint: string, framed: string, length = '5'): Promise<string> => {
    const { hostname, port } = new URL(endpoint)
    const signer = new SignatureV4({
      service: 's3',
      region: REGION,
      credentials: CREDENTIALS,
      uriEscapePath: false,
      sha256: Sha256,
    })
    const { headers } = await signer.sign({
      method: 'PUT',
      protocol: 'http:',
      hostname,
      path: `/${BUCKET}/k`,
      query: {},
      headers: {
        host: `${hostname}:${port}`,
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': length,
        'x-amz-trailer': 'x-amz-checksum-crc32',
        'content-encoding': 'aws-chunked',
      },
    })
    const outcome = await send(`${endpoint}/${BUCKET}/k`, { method: 'PUT', headers, body: framed })
    return `${outcome.status} ${outcome.code ?? ''}`.trim()
  }
  const whole = '3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n'

  test.for([
    { name: 'all its chunks', framed: whole, outcome: '200' },
    {
      name: 'the last chunk cut off',
      framed: whole.slice(0, whole.indexOf('\r\n0\r\n')),
      outcome: '400 IncompleteBody',
    },
    { name: 'a chunk longer than its head says', framed: whole.replace('hel', 'hell'), outcome: '400 IncompleteBody' },
    { name: 'a trailer that is none', framed: whole.replace(':', ' '), outcome: '400 MalformedTrailerError' },
    { name: 'no trailer', framed: whole.replace(/x-amz.*\r\n/, ''), outcome: '400 MalformedTrailerError' },
  ])('with $name is answered $outcome', async ({ framed, outcome }) => {
    const { bucket } = await given()
    expect(await framedPut(bucket.endpoint, framed)).toBe(outcome)
  })

  test('is refused when it is shorter than was said', async () => {
    const { bucket } = await given()
    expect(await framedPut(bucket.endpoint, whole, '6')).toBe('400 IncompleteBody')
  })
})

describe('preconditions', () => {
  test('If-None-Match: * keeps an existing object', async () => {
    const { client } = await given()
    await client.send(put({ IfNoneMatch: '*' }))
    await expect(client.send(put({ IfNoneMatch: '*', Body: 'other' }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    })
    expect(await (await client.send(get())).Body?.transformToString()).toBe('hello')
  })

  test('of many writers with If-None-Match: * one wins', async () => {
    const { client } = await given()
    const writes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => client.send(put({ IfNoneMatch: '*', Body: `${n}` }))),
    )
    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test.for([
    { name: 'If-Match of the object', input: () => ({ IfMatch: '"5d41402abc4b2a76b9719d911017c592"' }), status: 200 },
    { name: 'If-Match of another', input: () => ({ IfMatch: '"x"' }), status: 412 },
    { name: 'If-None-Match of another', input: () => ({ IfNoneMatch: '"x"' }), status: 200 },
    {
      name: 'If-None-Match of the object',
      input: () => ({ IfNoneMatch: '"5d41402abc4b2a76b9719d911017c592"' }),
      status: 304,
    },
    {
      name: 'If-Modified-Since a later time',
      input: () => ({ IfModifiedSince: new Date(Date.now() + 60_000) }),
      status: 304,
    },
    { name: 'If-Unmodified-Since an earlier time', input: () => ({ IfUnmodifiedSince: new Date(0) }), status: 412 },
  ])('a read with $name is answered $status', async ({ input, status }) => {
    const { client } = await given()
    await client.send(put())
    const answered = await client.send(get(input())).catch((error: unknown) => error)
    expect(answered).toMatchObject({ $metadata: { httpStatusCode: status } })
  })
})

describe('reading', () => {
  test.for([
    { range: 'bytes=1-3', body: 'ell', contentRange: 'bytes 1-3/5' },
    { range: 'bytes=3-', body: 'lo', contentRange: 'bytes 3-4/5' },
    { range: 'bytes=-2', body: 'lo', contentRange: 'bytes 3-4/5' },
    { range: 'bytes=0-99', body: 'hello', contentRange: 'bytes 0-4/5' },
    { range: 'bytes=3-1', body: 'hello', contentRange: undefined },
    { range: 'bytes=0-0,2-2', body: 'hello', contentRange: undefined },
  ])('answers $range with $contentRange', async ({ range, body, contentRange }) => {
    const { client } = await given()
    await client.send(put())
    const got = await client.send(get({ Range: range }))
    expect(await got.Body?.transformToString()).toBe(body)
    expect(got.ContentRange).toBe(contentRange)
    expect(got.$metadata.httpStatusCode).toBe(contentRange === undefined ? 200 : 206)
  })

  test('refuses a range beyond the end', async () => {
    const { client } = await given()
    await client.send(put())
    await expect(client.send(get({ Range: 'bytes=5-9' }))).rejects.toMatchObject({ name: 'InvalidRange' })
  })

  test('answers with the stored headers, or with those that a presigned URL asks for', async () => {
    const { client } = await given()
    await client.send(
      put({
        ContentType: 'text/html',
        ContentDisposition: 'inline',
        CacheControl: 'no-store',
        Metadata: { by: 'ann' },
      }),
    )
    const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'k' }))
    expect(head).toMatchObject({
      ContentType: 'text/html',
      ContentDisposition: 'inline',
      CacheControl: 'no-store',
      ContentLength: 5,
      Metadata: { by: 'ann' },
    })
    const asked = {
      ResponseContentDisposition: 'attachment; filename="a b.txt"',
      ResponseContentType: 'application/octet-stream',
    }
    const url = await getSignedUrl(client, get(asked), { expiresIn: 60 })
    const { response, body } = await send(url)
    expect(body).toBe('hello')
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="a b.txt"')
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
  })

  test('refuses an override that is no header value', async () => {
    const { client } = await given()
    await client.send(put())
    const url = await getSignedUrl(client, get({ ResponseContentDisposition: 'attachment\r\nset-cookie: a=b' }))
    expect(await send(url)).toMatchObject({ status: 400, code: 'InvalidArgument' })
  })

  test('answers for a missing object with NoSuchKey, for another bucket with NoSuchBucket', async () => {
    const { client } = await given()
    await expect(client.send(get())).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } })
    await expect(client.send(get({ Bucket: 'other' }))).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  test('keeps an empty object', async () => {
    const { client } = await given()
    await client.send(put({ Body: '' }))
    expect(await (await client.send(get())).Body?.transformToString()).toBe('')
  })
})

describe('keys', () => {
  const keys = ['../../etc/passwd', '/leading//double/', 'a b+c%2F.txt', 'ü/日本/🎉', "!'()*~", '.', 'x'.repeat(1024)]
  test.for(keys)('%s is stored under itself and survives a restart', async (key) => {
    const dataDir = temporaryFolder()
    const first = await given({ dataDir })
    await first.client.send(put({ Key: key }))
    await first.bucket.close()
    const { client } = await given({ dataDir })
    expect(await (await client.send(get({ Key: key }))).Body?.transformToString()).toBe('hello')
    expect(readdirSync(`${dataDir}/objects`)).toHaveLength(1)
    expect(await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }))).toMatchObject({ ContentLength: 5 })
    const { VersionId } = await client.send(get({ Key: key }))
    await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key, VersionId }))
    await expect(client.send(get({ Key: key }))).rejects.toMatchObject({ name: 'NoSuchKey' })
    expect([readdirSync(`${dataDir}/objects`), readdirSync(`${dataDir}/blobs`)]).toEqual([[], []])
  })

  test('of more than 1,024 bytes are refused', async () => {
    const { client } = await given()
    await expect(client.send(put({ Key: 'ü'.repeat(513) }))).rejects.toMatchObject({ name: 'KeyTooLongError' })
  })
})

test('tags are kept, read and deleted', async () => {
  const { client } = await given()
  const object = { Bucket: BUCKET, Key: 'k' }
  await client.send(put({ Tagging: 'state=pending&a=1%2B1&x=%3C%26%22' }))
  const { TagSet } = await client.send(new GetObjectTaggingCommand(object))
  expect(TagSet).toEqual([
    { Key: 'state', Value: 'pending' },
    { Key: 'a', Value: '1+1' },
    { Key: 'x', Value: '<&"' },
  ])
  await client.send(new DeleteObjectTaggingCommand(object))
  expect((await client.send(new GetObjectTaggingCommand(object))).TagSet).toEqual([])
  await expect(client.send(put({ Tagging: 'x=1&x=2' }))).rejects.toMatchObject({ name: 'InvalidTag' })
})

describe('CORS', () => {
  const preflight = (origin: string, method: string): RequestInit => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type' },
  })

  test('a preflight from an allowed origin is answered', async () => {
    const { url } = await given()
    const { status, response } = await send(url('k'), preflight(ORIGIN, 'POST'))
    expect(status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT',
      'access-control-allow-headers': 'content-type',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '3000',
      vary: expect.stringContaining('Origin') as string,
    })
  })

  test.for([
    { origin: 'http://evil.example', method: 'POST' },
    { origin: ORIGIN, method: 'DELETE' },
  ])('a preflight from $origin for $method is refused', async ({ origin, method }) => {
    const { url } = await given()
    const { status, code, response } = await send(url('k'), preflight(origin, method))
    expect({ status, code }).toEqual({ status: 403, code: 'AccessForbidden' })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('answers, refusals too, can be read by allowed origins only', async () => {
    const { url } = await given()
    const allowed = await send(url('k'), { headers: { origin: ORIGIN } })
    const other = await send(url('k'), { headers: { origin: 'http://evil.example' } })
    expect([allowed, other].map(({ status }) => status)).toEqual([403, 403])
    expect(allowed.response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(other.response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('a multipart upload', () => {
  const object = { Bucket: BUCKET, Key: 'big' }
  const PART = Buffer.alloc(5 * 1024 * 1024, 'a')

  test('becomes one object of its parts', async () => {
    const dataDir = temporaryFolder()
    const { bucket, client, events } = await given({ dataDir })
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ContentType: 'text/plain' }))
    const upload = { ...object, UploadId }
    const one = await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: PART }))
    const two = await client.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'end' }))
    const parts = (...etags: (string | undefined)[]) => ({
      Parts: etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 })),
    })
    await expect(
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: parts(two.ETag) })),
    ).rejects.toMatchObject({ name: 'InvalidPart' })
    const done = await client.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: parts(one.ETag, two.ETag) }),
    )
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/)
    const got = await client.send(get({ Key: 'big', Range: `bytes=${PART.length - 1}-` }))
    expect(await got.Body?.transformToString()).toBe('aend')
    await bucket.idle()
    expect(events.map(({ Records: [record] }) => record?.eventName)).toEqual(['ObjectCreated:CompleteMultipartUpload'])
    expect(leftovers(dataDir)).toEqual([])
  })

  test('leaves nothing when aborted', async () => {
    const dataDir = temporaryFolder()
    const { client } = await given({ dataDir })
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(object))
    await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'x' }))
    expect(leftovers(dataDir)).toHaveLength(1)
    await client.send(new AbortMultipartUploadCommand({ ...object, UploadId }))
    expect(leftovers(dataDir)).toEqual([])
    await expect(
      client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: 'x' })),
    ).rejects.toMatchObject({ name: 'NoSuchUpload' })
  })
})

describe('malformed requests', () => {
  test.for([
    ['GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n', 'InvalidURI'],
    ['GET * HTTP/1.1\r\nhost: x\r\n\r\n', 'InvalidURI'],
    ['BREW /uploads/k HTTP/1.1\r\nhost: x\r\n\r\n', '400 Bad Request'],
    [
      `GET /${BUCKET}/k HTTP/1.1\r\nhost: x\r\nauthorization: AWS4-HMAC-SHA256 nonsense\r\n\r\n`,
      'AuthorizationHeaderMalformed',
    ],
    [`GET /${BUCKET}/k?X-Amz-Signature=1 HTTP/1.1\r\nhost: x\r\n\r\n`, 'AuthorizationQueryParametersError'],
  ])('%j is answered with %s', async ([text = '', code = '']) => {
    const { bucket, client } = await given()
    const socket = connect(Number(new URL(bucket.endpoint).port), '127.0.0.1')
    socket.end(text)
    expect(Buffer.concat((await socket.toArray()) as Buffer[]).toString()).toContain(code)
    await client.send(put())
  })

  test.for(['acl', 'torrent'])('an operation that is not emulated (%s) says so', async (query) => {
    const { client } = await given()
    client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { query: Record<string, string> }
        request.query = { ...request.query, [query]: '' }
        return next(args)
      },
      { step: 'build', name: 'query' },
    )
    await expect(client.send(get())).rejects.toMatchObject({ name: 'NotImplemented' })
  })
})

test('a start removes what a crash left', async () => {
  const dataDir = temporaryFolder()
  const first = await given({ dataDir })
  await first.client.send(put({ Body: 'new' }))
  await first.bucket.close()
  for (const file of ['incoming/half', 'blobs/orphan']) writeFileSync(`${dataDir}/${file}`, 'x')
  const { client } = await given({ dataDir })
  expect(leftovers(dataDir)).toEqual([])
  expect(readdirSync(`${dataDir}/blobs`)).toHaveLength(1)
  expect(await (await client.send(get())).Body?.transformToString()).toBe('new')
})

test('a taken port is said in one sentence', async () => {
  const { bucket } = await given()
  const port = Number(new URL(bucket.endpoint).port)
  await expect(given({ port })).rejects.toThrow(StartupError)
  await expect(given({ port })).rejects.toThrow(`unable to listen on 127.0.0.1:${port}; the port is taken`)
})

test('a GET that has begun gets the whole old object although it is overwritten', async () => {
  const { bucket } = await given()
  const client = clientFor(bucket)
  const old = Buffer.alloc(8 * 1024 * 1024, 'o')
  await client.send(put({ Body: old }))
  const got = await client.send(get())
  await client.send(put({ Body: 'new' }))
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(old)).toBe(true)
})
