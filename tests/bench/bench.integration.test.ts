import { beforeAll, expect, test } from 'vitest'
import { type VariantName, VARIANTS } from '../../bench/fan-out/variants/variant-names.ts'
import { type Run, runBench } from '../../bench/fan-out/run.ts'

const CONNECTIONS = 8
const MESSAGES = 5
const ROOMS_OF_BATCHES = [1, 3]

/** Cut short before the stream can have been read. */
const HURRIED = 1_000
const UNHURRIED = 50

let run: Run

beforeAll(async () => {
  run = await runBench({
    comparison: {
      rooms: [
        {
          connections: CONNECTIONS,
          rates: [
            { perSecond: HURRIED, messages: 2, graceMs: 0 },
            { perSecond: UNHURRIED, messages: MESSAGES, graceMs: 60_000 },
          ],
        },
      ],
      rounds: { count: 1, budgetMs: 0 },
      warmUp: { perSecond: 100, messages: 3, graceMs: 60_000 },
    },
    growth: {
      rooms: [
        { connections: 2, messages: 1 },
        { connections: 4, messages: 1 },
      ],
      batches: ROOMS_OF_BATCHES,
      connectionsPerRoom: 3,
      repeats: 1,
    },
    startRounds: 0,
  })
})

const roundOf = (variant: VariantName, perSecond: number) =>
  run.measurements.find((measurement) => measurement.variant === variant && measurement.perSecond === perSecond)!
    .rounds[0]!
const usedBy = (variant: VariantName) => roundOf(variant, UNHURRIED).used!

test.each(VARIANTS)('every event arrives once by %s', (variant) => {
  expect(roundOf(variant, UNHURRIED)).toMatchObject({
    complete: true,
    events: MESSAGES * CONNECTIONS,
    repeats: 0,
    failedSends: 0,
  })
})

test('all that delivers by posts is counted at the gateway, and coalesces only where it is made to', () => {
  for (const variant of ['scan', 'scanOwn', 'members', 'unsigned'] as const) {
    expect(usedBy(variant).posts).toBe(MESSAGES * CONNECTIONS)
  }
  expect(usedBy('tabletalk').posts).toBeLessThanOrEqual(MESSAGES * CONNECTIONS)
  expect(usedBy('broadcast').posts).toBe(0)
})

test("units are those of each variant's requests", () => {
  // Tabletalk writes the number and the message, the samples only the message.
  expect(usedBy('tabletalk').writes).toBe(2 * MESSAGES)
  expect(usedBy('scan').writes).toBe(MESSAGES)
  // A half for the query of the members, and a half for each member's connections.
  expect(usedBy('members').reads).toBe(MESSAGES * (0.5 + CONNECTIONS * 0.5))
  expect(usedBy('scan').reads).toBeGreaterThanOrEqual(usedBy('scanOwn').reads)
  expect(usedBy('unsigned')).toMatchObject({ reads: 0, writes: 0 })
})

test('a measurement that was cut short has no units, and nothing of it comes later', () => {
  expect(roundOf('tabletalk', HURRIED)).toMatchObject({ complete: false, used: null })
})

test('growth has a point for each room and each batch, none of them free', () => {
  expect(run.growth.byRoom.map(({ connections }) => connections)).toEqual([2, 4])
  expect(run.growth.byBatch.map(({ rooms }) => rooms)).toEqual(ROOMS_OF_BATCHES)
  for (const { dollars, cpuMs } of [...run.growth.byRoom, ...run.growth.byBatch]) {
    expect(dollars).toBeGreaterThan(0)
    expect(cpuMs).toBeGreaterThan(0)
  }
})
