import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { outcomeOf, postWithRetry, sdkPost } from '../../src/streams/post.ts'
import { failure } from './fake-post.ts'

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const LATER = Number.MAX_SAFE_INTEGER
const frame = Buffer.from('{}')

/** A post that fails with each of these in turn, and then succeeds. */
function failing(...errors: Error[]) {
  const post = vi.fn(async () => {
    const error = errors.shift()
    if (error) throw error
  })
  return post
}

test.each([
  ['410 with its name', failure(410, 'GoneException'), 'gone'],
  ['410 without the header that names it', failure(410, 'Unknown'), 'gone'],
  ['429', failure(429, 'LimitExceededException'), 'throttled'],
  ['429 without a name', failure(429), 'throttled'],
  ['an attempt that timed out', failure(undefined, 'TimeoutError'), 'slow'],
  ['500', failure(500), 'failed'],
  ['503', failure(503), 'failed'],
  ['403', failure(403, 'ForbiddenException'), 'failed'],
  ['413', failure(413, 'PayloadTooLargeException'), 'failed'],
  ['a broken socket', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'failed'],
])('%s', (_, error, outcome) => {
  expect(outcomeOf(error)).toBe(outcome)
})

test.each([
  ['429', failure(429)],
  ['500', failure(500)],
  ['a broken socket', new Error('read ECONNRESET')],
])('%s is tried again, and the fourth attempt may succeed', async (_, error) => {
  const post = failing(error, error, error)
  expect(await postWithRetry(post, 'c', frame, LATER)).toEqual({ outcome: 'delivered' })
  expect(post).toHaveBeenCalledTimes(4)
})

test('the fourth failure is the last', async () => {
  const error = failure(429)
  const post = failing(error, error, error, error)
  expect(await postWithRetry(post, 'c', frame, LATER)).toEqual({ outcome: 'throttled', error })
  expect(post).toHaveBeenCalledTimes(4)
})

test.each([
  ['410', failure(410)],
  ['403', failure(403)],
  ['413', failure(413)],
  ['a timeout, which would hold its place against those who answer', failure(undefined, 'TimeoutError')],
])('no second attempt after %s', async (_, error) => {
  const post = failing(error)
  expect(await postWithRetry(post, 'c', frame, LATER)).toEqual({ outcome: outcomeOf(error), error })
  expect(post).toHaveBeenCalledTimes(1)
})

test('after the deadline there is one attempt and no retry', async () => {
  const post = failing(failure(429))
  expect(await postWithRetry(post, 'c', frame, Date.now() - 1)).toMatchObject({ outcome: 'throttled' })
  expect(post).toHaveBeenCalledTimes(1)
})

test('a retry that would begin after the deadline is not waited for', async () => {
  vi.mocked(Math.random).mockReturnValue(1)
  const post = failing(failure(429))
  expect(await postWithRetry(post, 'c', frame, Date.now() + 50)).toMatchObject({ outcome: 'throttled' })
  expect(post).toHaveBeenCalledTimes(1)
})

/** A server that answers each request with the next status, and notes the requests' paths and bodies. */
async function gateway(...statuses: number[]) {
  const requests: string[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.on('data', (chunk: Buffer) => (body += chunk.toString()))
    req.on('end', () => {
      requests.push(`${req.method} ${req.url} ${body}`)
      res.writeHead(statuses.shift() ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  const { port } = server.address() as AddressInfo
  return { requests, post: sdkPost(`http://127.0.0.1:${port}/local`) }
}

test('the SDK posts the frame to the connection, its id encoded', async () => {
  const { requests, post } = await gateway()
  await post('Lx9bcfQkIAMCEAA=', Buffer.from('{"type":"events"}'))
  expect(requests).toEqual(['POST /local/@connections/Lx9bcfQkIAMCEAA%3D {"type":"events"}'])
})

test.each([
  [410, 'gone'],
  [429, 'throttled'],
  [503, 'failed'],
])('the SDK tells a bare %i, with no header that names it, as %s, and asks once', async (status, outcome) => {
  const { requests, post } = await gateway(status)
  const error: unknown = await post('c', frame).catch((thrown: unknown) => thrown)
  expect(outcomeOf(error)).toBe(outcome)
  expect(requests).toHaveLength(1)
})
