import type { ComparisonPlan } from './comparison.ts'
import type { GrowthPlan } from './growth.ts'
import type { Rate } from './round.ts'

export interface Plan {
  comparison: ComparisonPlan
  growth: GrowthPlan
  /** Rounds of `bench/start/main.ts`. With 0, it and `bench/posting/main.ts` are not run. */
  startRounds: number
}

/** A second at each rate. At the slowest rate two messages, or only one if a single message takes seconds. */
const rates = (graceMs: number, slow: Omit<Rate, 'perSecond'> = { messages: 2, graceMs }): Rate[] => [
  { perSecond: 1, ...slow },
  { perSecond: 10, messages: 10, graceMs },
  { perSecond: 100, messages: 100, graceMs },
]

export const FULL: Plan = {
  comparison: {
    rooms: [
      { connections: 10, rates: rates(2_000) },
      { connections: 100, rates: rates(2_000) },
      { connections: 1_000, rates: rates(3_000) },
      { connections: 10_000, rates: rates(6_000, { messages: 1, graceMs: 12_000 }) },
    ],
    rounds: { count: 3, budgetMs: 8.5 * 60_000 },
    warmUp: { perSecond: 100, messages: 60, graceMs: 2_000 },
  },
  growth: {
    rooms: [
      { connections: 10, messages: 40 },
      { connections: 100, messages: 20 },
      { connections: 1_000, messages: 10 },
      { connections: 10_000, messages: 3 },
      { connections: 100_000, messages: 1 },
    ],
    batches: [1, 2, 5, 10, 20, 50, 100],
    connectionsPerRoom: 10,
    repeats: 25,
  },
  startRounds: 7,
}

/** A first look: one round of each measurement, and therefore no medians. */
export const ONCE: Plan = { ...FULL, comparison: { ...FULL.comparison, rounds: { count: 1, budgetMs: 0 } } }

/** Only shows that the benchmark works. */
export const QUICK: Plan = {
  comparison: {
    rooms: [5, 20].map((connections) => ({
      connections,
      rates: [{ perSecond: 50, messages: 5, graceMs: 20_000 }],
    })),
    rounds: { count: 1, budgetMs: 0 },
    warmUp: { perSecond: 100, messages: 10, graceMs: 2_000 },
  },
  growth: {
    rooms: [
      { connections: 5, messages: 2 },
      { connections: 20, messages: 2 },
    ],
    batches: [1, 4],
    connectionsPerRoom: 3,
    repeats: 3,
  },
  startRounds: 0,
}
