import { describe, expect, test } from 'vitest'
import { PRICES } from '../../scripts/costs/model.ts'
import type { Round } from '../../bench/fan-out/round.ts'
import { figuresOf } from '../../bench/fan-out/report/figures.ts'

/** Returns a round of ten messages to ten connections, with one post per event. */
const round = (more: Partial<Round> = {}): Round => ({
  complete: true,
  messages: 10,
  events: 100,
  repeats: 0,
  failedSends: 0,
  elapsedMs: 1_000,
  tailMs: 100,
  p50Ms: 5,
  p99Ms: 50,
  cpuMs: 20,
  peakMiB: 100,
  used: { reads: 10, writes: 20, invocations: 10, posts: 100, metered: 100, postedBytes: 0 },
  ...more,
})

describe('figures', () => {
  test('are medians over the rounds, and memory is the most of any', () => {
    const rounds = [
      round({ elapsedMs: 500, p50Ms: 1, p99Ms: 10, cpuMs: 10, peakMiB: 300 }),
      round({ elapsedMs: 4_000, p50Ms: 9, p99Ms: 90, cpuMs: 90 }),
      round(),
    ]
    expect(figuresOf({ variant: 'tabletalk', rounds })).toMatchObject({
      state: 'kept up',
      eventsPerSecond: 100,
      p50Ms: 5,
      p99Ms: 50,
      cpuPerEventUs: 200,
      postsPerEvent: 1,
      readsPerEvent: 0.1,
      writesPerEvent: 0.2,
      peakMiB: 300,
    })
  })

  test.each([
    [1_000, 'kept up'],
    [1_001, 'late'],
  ])('a last event %i ms after the last send is %s', (tailMs, state) => {
    expect(figuresOf({ variant: 'scan', rounds: [round(), round({ tailMs })] }).state).toBe(state)
  })

  test('a measurement of which a round was cut short tells what came of it, but neither CPU, units nor a price', () => {
    const cut = round({ complete: false, events: 50, elapsedMs: 5_000, used: null })
    expect(figuresOf({ variant: 'scan', rounds: [cut] })).toMatchObject({
      state: 'cut',
      eventsPerSecond: 10,
      cpuPerEventUs: null,
      postsPerEvent: null,
      readsPerEvent: null,
      writesPerEvent: null,
      dollarsPerMillionEvents: null,
    })
    expect(figuresOf({ variant: 'scan', rounds: [round(), cut] }).dollarsPerMillionEvents).toBeNull()
  })

  test('nothing is told of events when none came, or of a process that nobody could look at', () => {
    const none = round({ complete: false, events: 0, p50Ms: null, p99Ms: null, cpuMs: null, peakMiB: null, used: null })
    expect(figuresOf({ variant: 'members', rounds: [none] })).toMatchObject({
      eventsPerSecond: 0,
      p50Ms: null,
      p99Ms: null,
      cpuPerEventUs: null,
      peakMiB: null,
    })
  })

  test('floors have no price, and the broadcast has no posts', () => {
    expect(figuresOf({ variant: 'unsigned', rounds: [round()] })).toMatchObject({
      postsPerEvent: 1,
      readsPerEvent: null,
      dollarsPerMillionEvents: null,
    })
    expect(figuresOf({ variant: 'broadcast', rounds: [round()] }).postsPerEvent).toBeNull()
  })

  test('the price has the frame in, the reply of Tabletalk alone, posts, units, invocations and CPU', () => {
    const posts = 100 * PRICES.frame
    const rest =
      10 * PRICES.readUnit +
      20 * PRICES.writeUnit +
      10 * PRICES.invocation +
      0.02 * (1_769 / 1_024) * PRICES.gigabyteSecond
    const priceOf = (variant: 'tabletalk' | 'scan') => figuresOf({ variant, rounds: [round()] }).dollarsPerMillionEvents
    expect(priceOf('tabletalk')).toBeCloseTo(((20 * PRICES.frame + posts + rest) * 1e6) / 100, 9)
    expect(priceOf('scan')).toBeCloseTo(((10 * PRICES.frame + posts + rest) * 1e6) / 100, 9)
  })

  test('a frame larger than 32 KB is paid as two, and data that leaves is paid by the byte', () => {
    const used = { reads: 0, writes: 0, invocations: 0, posts: 100, metered: 200, postedBytes: 2 ** 30 }
    const rounds = [round({ used, cpuMs: 0 })]
    const dollars = figuresOf({ variant: 'scan', rounds }).dollarsPerMillionEvents!
    expect(dollars).toBeCloseTo((210 * PRICES.frame + PRICES.outGigabyte) * 1e4)
  })
})
