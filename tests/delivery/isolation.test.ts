import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RoomEvent } from '../../src/protocol/events.ts'
import type { Delivery } from '../../src/delivery/delivery.ts'
import { fanOut } from '../../src/delivery/fan-out.ts'
import type { PostFrame } from '../../src/delivery/posting/post-frame.ts'
import { unique } from '../support/runtime.ts'
import { failure } from './fake-post.ts'
import { messageEvent } from '../support/message-event.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], loopLimit: 100_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const PLACES = 256

/** Returns a message to these connections. Its room is the part of their ids before the dot. */
function to(connectionIds: readonly string[], content = 'hello'): Delivery {
  const chatRoomId = connectionIds[0]!.split('.')[0]!
  return {
    event: messageEvent(chatRoomId, 1, { content }),
    only: connectionIds.map((connectionId) => ({ connectionId, userId: 'bob', place: `00#${connectionId}` })),
  }
}

const room = (name: string, size: number) => {
  const id = unique(name)
  return Array.from({ length: size }, (_, i) => `${id}.${i}`)
}

type Trouble = 'silent' | 'slow' | number

/** Milliseconds that a slow recipient's post takes. */
const SLOW_MS = 2_000

/** A gateway that responds at once, except to the `strange` connections: never, after 2 s, or with this status. */
function troubled(strange: ReadonlySet<string>, trouble: Trouble) {
  const attempts: string[] = []
  const post: PostFrame = async (connectionId, _frame, timeoutMs) => {
    attempts.push(connectionId)
    if (!strange.has(connectionId)) return
    if (typeof trouble === 'number') throw failure(trouble)
    await new Promise<void>((resolve, reject) => {
      if (trouble === 'slow' && timeoutMs >= SLOW_MS) setTimeout(resolve, SLOW_MS)
      else setTimeout(() => reject(failure(undefined, 'TimeoutError')), timeoutMs)
    })
  }
  return { attempts, post }
}

/** Runs everything that can run without the clock being advanced. */
async function atOnce(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise(setImmediate)
}

/** Returns the result and how long it took, in milliseconds of the fake clock. */
async function timeOf<T>(work: Promise<T>): Promise<[T, number]> {
  const begun = Date.now()
  const ended = work.then((result) => [result, Date.now() - begun] as [T, number])
  await vi.runAllTimersAsync()
  return ended
}

test.each<[string, Trouble]>([
  ['don’t answer', 'silent'],
  ['answer after 2 s', 'slow'],
  ['are throttled', 429],
  ['fail', 503],
])('a room with 10,000 recipients that %s takes no time from another room in the batch', async (_, trouble) => {
  const [stuck, other] = [room('stuck', 10_000), room('other', 2_000)]
  const { attempts, post } = troubled(new Set(stuck), trouble)
  const done = fanOut([to(stuck), to(other)], post)
  await atOnce()
  const lastOfOther = attempts.lastIndexOf(other.at(-1)!)
  expect(new Set(attempts.slice(0, lastOfOther + 1).filter((id) => id.startsWith(other[0]!.split('.')[0]!))).size).toBe(
    2_000,
  )
  // Before that, the room in trouble had begun no more posts than half of the places.
  expect(lastOfOther + 1).toBeLessThanOrEqual(2_000 + PLACES / 2)
  const [report] = await timeOf(done)
  const { delivered, slow, throttled, failed } = report.posts
  expect(delivered + slow + throttled + failed).toBe(12_000)
  expect(delivered).toBeGreaterThanOrEqual(2_000)
  expect(new Set(attempts).size).toBe(12_000)
})

test('of 100 rooms one that answers is not held up by the 99 that don’t', async () => {
  const stuck = Array.from({ length: 99 }, (_, i) => room(`stuck${i}`, 100))
  const other = room('other', 500)
  const { attempts, post } = troubled(new Set(stuck.flat()), 'silent')
  const done = fanOut([...stuck.map((ids) => to(ids)), to(other)], post)
  await atOnce()
  const heard = new Set(attempts)
  expect(other.filter((id) => !heard.has(id))).toEqual([])
  await timeOf(done)
})

test.each<[string, Trouble]>([
  ['don’t answer', 'silent'],
  ['answer after 2 s', 'slow'],
  ['are throttled', 429],
])('with 10,000 that %s a room of m others has all within ⌈m ÷ 128⌉ times what one post takes', async (_, trouble) => {
  const [stuck, other] = [room('stuck', 10_000), room('other', 1_000)]
  const POST_MS = 30
  const { post } = troubled(new Set(stuck), trouble)
  const others = new Set(other)
  const begun = Date.now()
  const arrivals: number[] = []
  const timed: PostFrame = async (connectionId, frame, timeoutMs) => {
    if (!others.has(connectionId)) return post(connectionId, frame, timeoutMs)
    await new Promise((resolve) => setTimeout(resolve, POST_MS))
    arrivals.push(Date.now() - begun)
  }
  await timeOf(fanOut([to(stuck), to(other)], timed))
  expect(arrivals).toHaveLength(1_000)
  expect(Math.max(...arrivals)).toBeLessThanOrEqual(Math.ceil(1_000 / (PLACES / 2)) * POST_MS)
})

test('10,000 that don’t answer are tried once each and hold the batch 24 s, the next one half a second', async () => {
  const stuck = room('stuck', 10_000)
  const { attempts, post } = troubled(new Set(stuck), 'silent')
  const [first, firstMs] = await timeOf(fanOut([to(stuck)], post))
  expect(first.posts).toMatchObject({ delivered: 0, slow: 10_000 })
  expect(attempts).toHaveLength(10_000)
  expect(firstMs).toBeLessThanOrEqual(24_000)

  attempts.length = 0
  const other = room('other', 10)
  const [second, secondMs] = await timeOf(fanOut([to(stuck), to(other)], post))
  expect(second.posts).toMatchObject({ delivered: 10, slow: PLACES })
  expect(second.skipped).toBe(10_000 - PLACES)
  expect(attempts).toHaveLength(PLACES + 10)
  expect(secondMs).toBe(500)
})

test('10,000 that are throttled are retried for 5 s', async () => {
  const throttled = room('throttled', 10_000)
  const { post } = troubled(new Set(throttled), 429)
  const [report, ms] = await timeOf(fanOut([to(throttled)], post))
  expect(report.posts.throttled).toBe(10_000)
  expect(ms).toBeLessThanOrEqual(5_000)
})

test('a recipient that has recovered receives at once, and is no laggard any more', async () => {
  const [recipient] = room('room', 1) as [string]
  const silent = new Set([recipient])
  const timeouts: number[] = []
  const { post } = troubled(silent, 'silent')
  const noting: PostFrame = (connectionId, frame, timeoutMs) => {
    timeouts.push(timeoutMs)
    return post(connectionId, frame, timeoutMs)
  }
  const outcomes: object[] = []
  for (const answers of [false, false, true, true]) {
    if (answers) silent.clear()
    const [{ posts, skipped }] = await timeOf(fanOut([to([recipient])], noting))
    outcomes.push([posts.delivered, posts.slow, skipped])
  }
  expect(outcomes).toEqual([
    [0, 1, 0],
    [0, 1, 0],
    [1, 0, 0],
    [1, 0, 0],
  ])
  expect(timeouts).toEqual([2_000, 500, 500, 2_000])
})

test('a recipient is cut off 4 s after its first post, though each of its frames arrives', async () => {
  const [slow, other] = [room('slow', 1), room('other', 1)]
  const attempts: string[] = []
  const post: PostFrame = async (connectionId) => {
    attempts.push(connectionId)
    if (connectionId === slow[0]) await new Promise((resolve) => setTimeout(resolve, 1_900))
  }
  const frames = Array.from({ length: 10 }, (_, i) => ({ ...to(slow, String(i).repeat(16_384)) }))
  const [{ posts }] = await timeOf(
    fanOut([...frames.map((one, i) => ({ ...one, event: { ...one.event, seq: i } as RoomEvent })), to(other)], post),
  )
  expect(posts).toMatchObject({ delivered: 4, slow: 1 })
  expect(attempts.filter((id) => id === slow[0])).toHaveLength(3)
})
