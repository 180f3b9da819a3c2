import { afterEach, expect, test, vi } from 'vitest'
import type { PostFrame } from '../../../src/delivery/posting/post-frame.ts'
import { outcomeOf, postWithRetry } from '../../../src/delivery/posting/post-with-retry.ts'
import { failure } from '../fake-post.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** The random number with which a retry is made at once. */
const atOnce = () => 0
const LATER = Number.MAX_SAFE_INTEGER
const frame = Buffer.from('{}')

/** Returns a post that fails with each of these errors in turn, and then succeeds. */
function failing(...errors: Error[]) {
  const post = vi.fn<PostFrame>(async () => {
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
  ['a broken socket by the SDK', Object.assign(failure(undefined, 'TimeoutError'), { code: 'ECONNRESET' }), 'failed'],
])('%s', (_, error, outcome) => {
  expect(outcomeOf(error)).toBe(outcome)
})

test.each([
  ['429', failure(429)],
  ['500', failure(500)],
  ['a broken socket', new Error('read ECONNRESET')],
])('%s is tried again, and the fourth attempt may succeed', async (_, error) => {
  const post = failing(error, error, error)
  expect(await postWithRetry(post, 'c', frame, LATER, atOnce)).toEqual({ outcome: 'delivered' })
  expect(post).toHaveBeenCalledTimes(4)
})

test('the fourth failure is the last', async () => {
  const error = failure(429)
  const post = failing(error, error, error, error)
  expect(await postWithRetry(post, 'c', frame, LATER, atOnce)).toEqual({ outcome: 'throttled', error })
  expect(post).toHaveBeenCalledTimes(4)
})

test.each([
  ['410', failure(410)],
  ['403', failure(403)],
  ['413', failure(413)],
  ['a timeout, which would hold its place against those who answer', failure(undefined, 'TimeoutError')],
])('no second attempt after %s', async (_, error) => {
  const post = failing(error)
  expect(await postWithRetry(post, 'c', frame, LATER, atOnce)).toEqual({ outcome: outcomeOf(error), error })
  expect(post).toHaveBeenCalledTimes(1)
})

test('after the deadline there is one attempt and no retry', async () => {
  const post = failing(failure(429))
  expect(await postWithRetry(post, 'c', frame, Date.now() - 1, atOnce)).toMatchObject({ outcome: 'throttled' })
  expect(post).toHaveBeenCalledTimes(1)
})

test('a retry that would begin after the deadline is not waited for', async () => {
  const post = failing(failure(429))
  expect(await postWithRetry(post, 'c', frame, Date.now() + 50, () => 1)).toMatchObject({ outcome: 'throttled' })
  expect(post).toHaveBeenCalledTimes(1)
})

test('delays have full jitter: anything from nothing up to 100, 200 and 400 ms', async () => {
  vi.useFakeTimers()
  const waits = async (random: number) => {
    const at: number[] = []
    const post = failing(failure(429), failure(429), failure(429))
    const begun = Date.now()
    const timed: PostFrame = (...args) => (at.push(Date.now() - begun), post(...args))
    const done = postWithRetry(timed, 'c', frame, LATER, () => random)
    await vi.runAllTimersAsync()
    expect(await done).toEqual({ outcome: 'delivered' })
    return at
  }
  expect(await waits(0.5)).toEqual([0, 50, 150, 350])
  expect(await waits(0.999)).toEqual([0, 99, 298, 697])
})

test.each([
  ['2 s', 60_000, 2_000],
  ['what is left, near the deadline', 1_500, 1_500],
  ['500 ms at the least', 100, 500],
  ['500 ms after the deadline', -60_000, 500],
])('an attempt is given %s', async (_, left, timeoutMs) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const post = failing()
  await postWithRetry(post, 'c', frame, Date.now() + left, atOnce)
  expect(post).toHaveBeenCalledWith('c', frame, timeoutMs)
})
