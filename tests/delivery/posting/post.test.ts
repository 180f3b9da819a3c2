import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { leanPost } from '../../../src/delivery/posting/lean-post.ts'
import { postTo } from '../../../src/delivery/posting/post.ts'
import { sdkGateway } from '../../../src/delivery/posting/sdk-gateway.ts'
import type { Aws } from '../../../src/aws/credentials.ts'
import { outcomeOf, postWithRetry } from '../../../src/delivery/posting/post-with-retry.ts'
import { type Answer, rightAuthorization, scriptedGateway, serve } from './scripted-gateway.ts'

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENVIRONMENT')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_SESSION_TOKEN', undefined)
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const LATER = Number.MAX_SAFE_INTEGER
const TIMEOUT_MS = 20_000
const HOUR_MS = 3_600_000
const frame = Buffer.from('{"type":"events","events":[{"content":"grüß dich 🙂"}]}')

/** As in `src/entities/table.ts`, but without values cached from another test's environment. */
const freshAws = (): Aws => new DynamoDBClient({}).config

const named =
  (status: number, errorType: string): Answer =>
  (response) =>
    response
      .writeHead(status, { 'x-amzn-errortype': errorType, 'content-type': 'application/json' })
      .end('{"message":"it went wrong"}')
const redirect =
  (status: number): Answer =>
  (response) =>
    response.writeHead(status, { location: '/local/@connections/another' }).end()
const hangUp: Answer = (response) => void response.socket!.destroy()
/** Sends no response. The promise resolves when the caller has closed the socket. */
function silence(): { promise: Promise<void>; answer: Answer } {
  let closed = () => {}
  const promise = new Promise<void>((resolve) => (closed = resolve))
  return { promise, answer: (response) => response.on('close', closed) }
}
/**
 * Responds with more than the buffers of a socket hold. A caller that doesn't read it all can't use the socket again.
 */
const verbosely =
  (status: number): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message: 'x'.repeat(4e6) }))

describe.each([
  ['lean', leanPost],
  ['sdk', (endpoint: string, aws: Aws) => sdkGateway(endpoint, aws).post],
])('posting=%s', (_, make) => {
  test.each<[string, Answer[], string, number]>([
    ['200 is delivered', [200], 'delivered', 1],
    ['204 is delivered', [204], 'delivered', 1],
    ['410 with its name is gone', [named(410, 'GoneException')], 'gone', 1],
    ['410 without a name is gone', [410], 'gone', 1],
    ['429 is tried four times', [429, 429, 429, 429], 'throttled', 4],
    ['429 with its name is tried four times', Array(4).fill(named(429, 'LimitExceededException')), 'throttled', 4],
    ['429, 503 and a broken socket may pass', [429, 503, hangUp, 200], 'delivered', 4],
    ['500 is tried four times', [500, 500, 500, 500], 'failed', 4],
    ['503 is tried four times', [503, 503, 503, 503], 'failed', 4],
    ['a broken socket is tried four times', [hangUp, hangUp, hangUp, hangUp], 'failed', 4],
    ['400 is final', [named(400, 'BadRequestException')], 'failed', 1],
    ['403 is final', [named(403, 'ForbiddenException')], 'failed', 1],
    ['413 is final', [named(413, 'PayloadTooLargeException')], 'failed', 1],
    ['301 is final and not followed', [redirect(301)], 'failed', 1],
    ['302 is final and not followed', [redirect(302)], 'failed', 1],
    ['307 is final and not followed', [redirect(307)], 'failed', 1],
  ])('%s', async (_, answers, outcome, attempts) => {
    const { posted, endpoint } = await scriptedGateway(...answers)
    const ended = await postWithRetry(make(endpoint, freshAws()), 'Lx9=', frame, LATER)
    expect(ended.outcome).toBe(outcome)
    expect(posted.map(({ url }) => url)).toEqual(Array(attempts).fill('/local/@connections/Lx9%3D'))
  })

  test('once the batch’s budget is spent, a 429 is final', async () => {
    const { posted, endpoint } = await scriptedGateway(429, 200)
    const ended = await postWithRetry(make(endpoint, freshAws()), 'Lx9=', frame, Date.now() - 1)
    expect(ended.outcome).toBe('throttled')
    expect(posted).toHaveLength(1)
  })

  test('a frame is posted as bytes to the connection, its id encoded', async () => {
    const { posted, endpoint } = await scriptedGateway()
    await make(endpoint, freshAws())('a+b/c=', frame, TIMEOUT_MS)
    const [{ method, url, headers, body }] = posted as [(typeof posted)[number]]
    expect([method, url]).toEqual(['POST', '/local/@connections/a%2Bb%2Fc%3D'])
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(frame.length),
      host: new URL(endpoint).host,
    })
    expect(body).toEqual(frame)
  })

  test('an attempt that has no answer ends with its timeout, and so does its socket', async () => {
    const { promise: closed, answer } = silence()
    const { endpoint } = await scriptedGateway(answer)
    const error: unknown = await make(endpoint, freshAws())('c', frame, 200).catch((thrown: unknown) => thrown)
    expect(outcomeOf(error)).toBe('slow')
    await closed
  })

  test('an error is read to its end, and the next post takes the same socket', async () => {
    const { posted, endpoint } = await scriptedGateway(verbosely(429), verbosely(503), verbosely(410))
    const post = make(endpoint, freshAws())
    for (const outcome of ['throttled', 'failed', 'gone']) {
      expect(outcomeOf(await post('c', frame, TIMEOUT_MS).catch((error: unknown) => error))).toBe(outcome)
    }
    await post('c', frame, TIMEOUT_MS)
    expect(new Set(posted.map(({ port }) => port)).size).toBe(1)
    expect(posted).toHaveLength(4)
  })

  test.each([
    ['without a session token', undefined],
    ['with a session token', 'IQoJb3JpZ2luX2VjEJ+/='],
  ])('credentials of the environment sign, %s', async (_, token) => {
    vi.stubEnv('AWS_SESSION_TOKEN', token)
    const { posted, endpoint } = await scriptedGateway()
    await make(endpoint, freshAws())('a+b/c=', frame, TIMEOUT_MS)
    const [post] = posted as [(typeof posted)[number]]
    const credentials = { accessKeyId: 'AKIDENVIRONMENT', secretAccessKey: 'secret' }
    expect(post.headers.authorization).toBe(
      await rightAuthorization(post, 'eu-west-1', {
        ...credentials,
        ...(token === undefined ? {} : { sessionToken: token }),
      }),
    )
    expect(post.headers['x-amz-security-token']).toBe(token)
  })

  test.each([
    ['renewed when they have expired', 2 * HOUR_MS, ['KEY1', 'KEY2', 'KEY3']],
    ['kept while they are good', 1_000, ['KEY1', 'KEY1', 'KEY1']],
  ])('credentials of a container are %s', async (_, betweenPostsMs, keys) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
    let asked = 0
    const container = await serve((_, response) => {
      asked++
      response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          AccessKeyId: `KEY${asked}`,
          SecretAccessKey: `secret ${asked}`,
          Token: `token ${asked}`,
          Expiration: new Date(Date.now() + HOUR_MS).toISOString(),
        }),
      )
    })
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${container}/credentials`)
    const { posted, endpoint } = await scriptedGateway()
    const post = make(endpoint, freshAws())
    for (const _ of keys) {
      await post('c', frame, TIMEOUT_MS)
      vi.advanceTimersByTime(betweenPostsMs)
    }
    expect(posted.map(({ headers }) => /Credential=([^/]+)/.exec(headers.authorization!)?.[1])).toEqual(keys)
    for (const one of posted) {
      const n = String(one.headers['x-amz-security-token']).replace('token ', '')
      expect(one.headers.authorization).toBe(
        await rightAuthorization(one, 'eu-west-1', {
          accessKeyId: `KEY${n}`,
          secretAccessKey: `secret ${n}`,
          sessionToken: `token ${n}`,
        }),
      )
    }
  })

  test('credentials that nobody gives fail the post, and nothing is sent', async () => {
    const { posted, endpoint } = await scriptedGateway()
    const aws = { ...freshAws(), credentials: () => Promise.reject(new Error('no credentials')) }
    expect((await postWithRetry(make(endpoint, aws), 'c', frame, LATER)).outcome).toBe('failed')
    expect(posted).toEqual([])
  })
})

test('an answer that stops halfway counts by its status, when the time is over', async () => {
  const { endpoint } = await scriptedGateway((response) => {
    response.writeHead(410, { 'content-length': '100' }).write('{')
  })
  const error: unknown = await leanPost(endpoint, freshAws())('c', frame, 200).catch((thrown: unknown) => thrown)
  expect(outcomeOf(error)).toBe('gone')
})

test.each([
  ['our own by default', undefined, /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,/],
  ['our own', 'lean', /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,/],
  ["the SDK's", 'sdk', /SignedHeaders=amz-sdk-invocation-id;/],
])('POSTING chooses %s client', async (_, posting, signed) => {
  vi.stubEnv('POSTING', posting)
  const { posted, endpoint } = await scriptedGateway()
  await postTo(endpoint)('c', frame, TIMEOUT_MS)
  expect(posted[0]!.headers.authorization).toMatch(signed)
})

test('any other POSTING has the function not start', () => {
  vi.stubEnv('POSTING', 'fast')
  expect(() => postTo('http://localhost:1/local')).toThrow('POSTING must be lean or sdk, not "fast"')
})
