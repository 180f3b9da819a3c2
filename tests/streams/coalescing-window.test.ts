import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { windowEnvironment } from '../../local/environment.ts'
import { loadStack } from '../../terraform/stack.ts'
import type { Delivery } from '../../src/delivery/delivery.ts'
import { CoalescingWindow, type WindowSettings, windowOf } from '../../src/streams/coalescing-window.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout'], now: 1_800_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

const { window } = loadStack().stream
const POSTING_MS = 20

interface Said {
  at: number
  chatRoomId: string
}

/** Returns messages in a room from now on, evenly spaced. */
function talk(perSecond: number, seconds: number, chatRoomId = 'busy'): Said[] {
  const begun = Date.now()
  return Array.from({ length: perSecond * seconds }, (_, i) => ({ at: begun + (i * 1_000) / perSecond, chatRoomId }))
}

const delivery = (chatRoomId: string): Delivery => ({
  event: { event: 'typing', chatRoomId, userId: 'ada', isTyping: true, expiresAt: 1 },
})

/** Processes a shard's batches one at a time. Each has all messages that wait by then, and posting takes 20 ms. */
async function work(said: Said[], window: WindowSettings) {
  const waiting = said.toSorted((a, b) => a.at - b.at)
  const coalescing = new CoalescingWindow(window)
  const batches: Said[][] = []
  const waits: { chatRoomId: string; ms: number }[] = []
  while (waiting.length > 0) {
    await vi.advanceTimersByTimeAsync(Math.ceil(Math.max(0, waiting[0]!.at - Date.now())))
    const startedAt = Date.now()
    const later = waiting.findIndex(({ at }) => at > startedAt)
    const batch = waiting.splice(0, later === -1 ? waiting.length : later)
    batches.push(batch)
    waits.push(...batch.map(({ at, chatRoomId }) => ({ chatRoomId, ms: Math.floor(startedAt - at) })))
    await vi.advanceTimersByTimeAsync(POSTING_MS)
    const held = coalescing.hold(
      startedAt,
      batch.map(({ chatRoomId }) => delivery(chatRoomId)),
    )
    await vi.runAllTimersAsync()
    await held
  }
  return { batches, waits }
}

test('at 100 messages a second a post has ten events on average, and none waits longer than the window', async () => {
  const said = talk(100, 10)
  const { batches, waits } = await work(said, window)
  expect(batches.length / said.length).toBeLessThanOrEqual(0.1)
  expect(Math.max(...waits.map(({ ms }) => ms))).toBeLessThanOrEqual(window.milliseconds)
})

test('without a window the same messages take five times as many posts', async () => {
  const [paced, unpaced] = [
    await work(talk(100, 10), window),
    await work(talk(100, 10), { ...window, milliseconds: 0 }),
  ]
  expect(unpaced.batches.length).toBeGreaterThan(5 * paced.batches.length)
})

test.each([1, 5, 10])('%i messages a second wait no longer with the window than without', async (perSecond) => {
  const { waits } = await work(talk(perSecond, 10), window)
  expect(Math.max(...waits.map(({ ms }) => ms))).toBe(0)
})

test('the first message after a quiet second goes at once', async () => {
  const { waits } = await work([...talk(100, 3), { at: Date.now() + 4_500, chatRoomId: 'busy' }], window)
  expect(waits.at(-1)!.ms).toBe(0)
})

test('a quiet room waits for a busy one of its shard at most the window', async () => {
  const { waits } = await work([...talk(100, 10), ...talk(1, 10, 'quiet')], window)
  const ofQuiet = waits.filter(({ chatRoomId }) => chatRoomId === 'quiet')
  expect(ofQuiet).toHaveLength(10)
  expect(Math.max(...ofQuiet.map(({ ms }) => ms))).toBeLessThanOrEqual(window.milliseconds)
})

test('many quiet rooms make no pressure', async () => {
  const rooms = Array.from({ length: 50 }, (_, i) => talk(1, 5, `room ${i}`))
  const { waits } = await work(rooms.flat(), window)
  expect(Math.max(...waits.map(({ ms }) => ms))).toBe(0)
})

const deliveries = (count: number, more: Partial<Delivery> = {}): Delivery[] =>
  Array.from({ length: count }, () => ({ ...delivery('busy'), ...more }))

/** Returns for how many milliseconds a batch that begins now is held. */
async function heldMs(coalescing: CoalescingWindow, batch: Delivery[], recipients = 0): Promise<number> {
  const startedAt = Date.now()
  const held = coalescing.hold(startedAt, batch, { recipients })
  await vi.runAllTimersAsync()
  await held
  return Date.now() - startedAt
}

test.each<[string, number, Delivery[]]>([
  ['with fewer events than the threshold', 0, deliveries(window.fromEventsPerSecond - 1)],
  ['with as many', window.milliseconds, deliveries(window.fromEventsPerSecond)],
  ['that shows a backlog', 0, deliveries(100)],
  ['of deliveries to single connections', 0, deliveries(50, { only: [] })],
  ['of tasks', 0, deliveries(50, { range: { after: '00#', through: '0f' } })],
])('a batch %s is held %i ms', async (_, expected, batch) => {
  expect(await heldMs(new CoalescingWindow(window), batch)).toBe(expected)
})

test.each([
  ['10,000 recipients is held until its posts fit into the account', 10_000, 1, 1_250],
  ['10,000 recipients, also when it shows a backlog', 10_000, 100, 1_250],
  ['800 recipients is held no longer than that', 800, 1, 100],
  ['800 recipients under pressure is held as long as any', 800, 50, window.milliseconds],
  ['100,000 recipients holds up its shard no longer than 2 s', 100_000, 1, 2_000],
])('a batch to %s', async (_, recipients, events, expected) => {
  expect(await heldMs(new CoalescingWindow(window), deliveries(events), recipients)).toBe(expected)
})

test('without a window a crowd is not waited for either', async () => {
  expect(await heldMs(new CoalescingWindow({ ...window, milliseconds: 0 }), deliveries(1), 10_000)).toBe(0)
})

test('what posting took counts', async () => {
  const startedAt = Date.now()
  await vi.advanceTimersByTimeAsync(window.milliseconds)
  const coalescing = new CoalescingWindow(window)
  await coalescing.hold(startedAt, deliveries(50))
  expect(vi.getTimerCount()).toBe(0)
})

test("the function's window is that of stack.json, here and in Terraform", () => {
  const environment = windowEnvironment(window)
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  expect(windowOf()).toEqual(window)
  const terraform = readFileSync(new URL('../../terraform/functions.tf', import.meta.url), 'utf8')
  for (const name of Object.keys(environment))
    expect(terraform).toMatch(new RegExp(`\\b${name} += tostring\\(local\\.stream`))
})

test('the environment sets the window, and without it there is none', () => {
  expect(windowOf().milliseconds).toBe(0)
  vi.stubEnv('STREAM_WINDOW_MS', '150')
  vi.stubEnv('STREAM_WINDOW_FROM_EVENTS_PER_SECOND', '30')
  expect(windowOf()).toEqual({ milliseconds: 150, fromEventsPerSecond: 30 })
  vi.stubEnv('STREAM_WINDOW_MS', 'soon')
  expect(windowOf).toThrow('STREAM_WINDOW_MS must be a whole number from 0 to 30000, not "soon"')
})

/**
 * Returns for how many milliseconds an invocation with one reaction each of this many users is held after it has posted
 * for 20 ms.
 */
async function heldWith(
  reactions: number,
  window: WindowSettings,
  { messages = 0, reactors = reactions } = {},
): Promise<number> {
  const coalescing = new CoalescingWindow(window)
  const startedAt = Date.now()
  await vi.advanceTimersByTimeAsync(POSTING_MS)
  const deliveries = Array.from({ length: messages }, () => delivery('busy'))
  const held = coalescing.hold(startedAt, deliveries, { reactions, reactors })
  await vi.runAllTimersAsync()
  await held
  return Date.now() - startedAt
}

test('from 20 users who react on a batch lasts for a second, so that a summary is written once a second', async () => {
  expect(await heldWith(19, window)).toBe(POSTING_MS)
  expect(await heldWith(20, window)).toBe(1_000)
})

test('one user holds up nobody, however often they react', async () => {
  expect(await heldWith(299, window, { reactors: 1 })).toBe(POSTING_MS)
})

test('a backlog of reactions waits for nothing, and neither does a stack without a window', async () => {
  expect(await heldWith(300, window)).toBe(POSTING_MS)
  expect(await heldWith(20, { ...window, milliseconds: 0 })).toBe(POSTING_MS)
})

test('where a room is busy with messages, reactions hold them up no longer than the window does', async () => {
  expect(await heldWith(20, window, { messages: window.fromEventsPerSecond })).toBe(window.milliseconds)
})
