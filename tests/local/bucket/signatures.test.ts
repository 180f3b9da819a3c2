import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, test } from 'vitest'
import { BUCKET, clientFor, CREDENTIALS, given, postForm, presignedPost, send } from './support.ts'

const put = (key = 'a/b', extra: object = {}): PutObjectCommand =>
  new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'hello', ...extra })

const presignedPut = (client: S3Client, extra: object = {}, options: object = {}): Promise<string> =>
  getSignedUrl(client, new PutObjectCommand({ Bucket: BUCKET, Key: 'a/b', ...extra }), { expiresIn: 60, ...options })

describe('a presigned URL', () => {
  const minutes = (count: number): Date => new Date(Date.now() + count * 60_000)
  const cases: {
    name: string
    status: number
    code?: string
    send: (client: S3Client) => Promise<{ status: number; code: string | undefined }>
  }[] = [
    {
      name: 'is accepted as it was signed',
      status: 200,
      send: async (client) => send(await presignedPut(client), { method: 'PUT', body: 'hello' }),
    },
    {
      name: 'is refused with a tampered signature',
      status: 403,
      code: 'SignatureDoesNotMatch',
      send: async (client) => {
        const url = await presignedPut(client)
        return send(
          url.replace(/Signature=(.)/, (_, c) => `Signature=${c === '0' ? '1' : '0'}`),
          { method: 'PUT', body: 'x' },
        )
      },
    },
    {
      name: 'is refused for another key',
      status: 403,
      code: 'SignatureDoesNotMatch',
      send: async (client) => send((await presignedPut(client)).replace('/a/b', '/a/c'), { method: 'PUT', body: 'x' }),
    },
    {
      name: 'is refused for another method',
      status: 403,
      code: 'SignatureDoesNotMatch',
      send: async (client) => send(await presignedPut(client)),
    },
    {
      name: 'is refused with another query',
      status: 403,
      code: 'SignatureDoesNotMatch',
      send: async (client) => send(`${await presignedPut(client)}&x-id=GetObject`, { method: 'PUT', body: 'x' }),
    },
    {
      name: 'is refused when it has expired',
      status: 403,
      code: 'AccessDenied',
      send: async (client) =>
        send(await presignedPut(client, {}, { signingDate: minutes(-2) }), { method: 'PUT', body: 'x' }),
    },
    {
      name: 'is accepted shortly before it expires',
      status: 200,
      send: async (client) =>
        send(await presignedPut(client, {}, { signingDate: minutes(-2), expiresIn: 180 }), {
          method: 'PUT',
          body: 'x',
        }),
    },
    {
      name: 'is refused when it is from the future',
      status: 403,
      code: 'AccessDenied',
      send: async (client) =>
        send(await presignedPut(client, {}, { signingDate: minutes(20) }), { method: 'PUT', body: 'x' }),
    },
    {
      name: 'is refused with its expiry made longer',
      status: 403,
      code: 'SignatureDoesNotMatch',
      send: async (client) =>
        send((await presignedPut(client)).replace('Expires=60', 'Expires=600'), { method: 'PUT', body: 'x' }),
    },
    {
      name: 'is accepted with its signed content type',
      status: 200,
      send: async (client) =>
        send(
          await presignedPut(client, { ContentType: 'text/plain' }, { signableHeaders: new Set(['content-type']) }),
          {
            method: 'PUT',
            body: 'x',
            headers: { 'content-type': 'text/plain' },
          },
        ),
    },
    {
      name: 'is refused with another content type than the signed one',
      status: 403,
      code: 'SignatureDoesNotMatch',
      send: async (client) =>
        send(
          await presignedPut(client, { ContentType: 'text/plain' }, { signableHeaders: new Set(['content-type']) }),
          {
            method: 'PUT',
            body: 'x',
            headers: { 'content-type': 'text/html' },
          },
        ),
    },
    {
      name: 'is accepted with its signed length',
      status: 200,
      send: async (client) => send(await presignedPut(client, { ContentLength: 5 }), { method: 'PUT', body: 'hello' }),
    },
    {
      name: 'is refused with another length than the signed one',
      status: 403,
      code: 'SignatureDoesNotMatch',
      send: async (client) => send(await presignedPut(client, { ContentLength: 5 }), { method: 'PUT', body: 'hello!' }),
    },
    {
      name: 'is refused with an x-amz header that was not signed',
      status: 403,
      code: 'AccessDenied',
      send: async (client) =>
        send(await presignedPut(client), { method: 'PUT', body: 'x', headers: { 'x-amz-tagging': 'state=done' } }),
    },
  ]
  test.for(cases)('$name', async ({ status, code, send: request }) => {
    const { bucket } = await given()
    const outcome = await request(clientFor(bucket, { requestChecksumCalculation: 'WHEN_REQUIRED' }))
    expect({ status: outcome.status, code: outcome.code }).toEqual({ status, code })
  })
})

describe('a request signed in its header', () => {
  test('is accepted', async () => {
    const { client } = await given()
    await expect(client.send(put())).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } })
  })

  const refused = [
    {
      name: 'with another secret',
      code: 'SignatureDoesNotMatch',
      options: { credentials: { accessKeyId: 'local', secretAccessKey: 'x' } },
    },
    {
      name: 'with an unknown access key',
      code: 'InvalidAccessKeyId',
      options: { credentials: { accessKeyId: 'x', secretAccessKey: 'secret' } },
    },
    { name: 'for another region', code: 'AuthorizationHeaderMalformed', options: { region: 'eu-west-1' } },
    {
      name: 'by a clock that is off by 20 minutes',
      code: 'RequestTimeTooSkewed',
      options: { systemClockOffset: -20 * 60_000 },
    },
  ]
  test.for(refused)('is refused $name', async ({ code, options }) => {
    const { bucket, client } = await given()
    // The SDK corrects a skewed clock if it may retry. Here maxAttempts is 1.
    await expect(clientFor(bucket, options).send(put())).rejects.toMatchObject({ name: code })
    await expect(client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'a/b' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    })
  })

  test.for([
    { name: 'a changed path', change: { path: `/${BUCKET}/other` }, code: 'SignatureDoesNotMatch' },
    {
      name: 'a changed signed header',
      change: { header: ['x-amz-meta-owner', 'mallory'] },
      code: 'SignatureDoesNotMatch',
    },
    { name: 'an added x-amz header', change: { header: ['x-amz-meta-role', 'admin'] }, code: 'AccessDenied' },
    { name: 'a changed body', change: { body: 'jello' }, code: 'XAmzContentSHA256Mismatch' },
  ])('is refused after $name', async ({ change, code }) => {
    const { bucket } = await given()
    const client = clientFor(bucket, { requestChecksumCalculation: 'WHEN_REQUIRED' })
    client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { path: string; headers: Record<string, string>; body: unknown }
        if (change.path !== undefined) request.path = change.path
        if (change.header) request.headers[change.header[0] ?? ''] = change.header[1] ?? ''
        if (change.body !== undefined) request.body = change.body
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
    )
    await expect(client.send(put('a/b', { Metadata: { owner: 'ann' } }))).rejects.toMatchObject({ name: code })
  })
})

test.for(['GET', 'HEAD', 'PUT', 'DELETE', 'POST'])('an unsigned %s is refused', async (method) => {
  const { client, url } = await given()
  await client.send(put())
  const outcome = await send(url('a/b'), { method })
  expect(outcome.status).toBe(403)
  expect(outcome.code).toBe(method === 'HEAD' ? undefined : 'AccessDenied')
  await expect(client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/b' }))).resolves.toBeDefined()
})

test('a request signed in the header and in the query is refused', async () => {
  const { client } = await given()
  const outcome = await send(await presignedPut(client), {
    method: 'PUT',
    headers: { authorization: 'AWS4-HMAC-SHA256 x' },
  })
  expect(outcome).toMatchObject({ status: 400, code: 'InvalidArgument' })
})

describe('temporary keys', () => {
  const temporary = { accessKeyId: 'ASIA', secretAccessKey: 'other', sessionToken: 'token' }
  const { sessionToken: _, ...withoutToken } = temporary

  test('sign like the others, in the header, in the query and in a form', async () => {
    const { bucket } = await given({ temporary })
    const client = clientFor(bucket, { credentials: temporary })
    await client.send(put())
    expect(await send(await presignedPut(client), { method: 'PUT', body: 'hello' })).toMatchObject({ status: 200 })
    expect(await postForm(await presignedPost(client))).toMatchObject({ status: 204 })
  })

  test.for([
    ['without their token', withoutToken],
    ['with another token', { ...temporary, sessionToken: 'another' }],
    ['with a token that lasting keys don’t have', { ...CREDENTIALS, sessionToken: 'token' }],
  ] as const)('are refused %s', async ([, credentials]) => {
    const { bucket } = await given({ temporary })
    const client = clientFor(bucket, { credentials })
    await expect(client.send(put())).rejects.toMatchObject({ name: 'InvalidToken' })
    expect(await send(await presignedPut(client), { method: 'PUT', body: 'hello' })).toMatchObject({
      status: 400,
      code: 'InvalidToken',
    })
    expect(await postForm(await presignedPost(client))).toMatchObject({
      status: 400,
      code: 'InvalidToken',
    })
  })
})
