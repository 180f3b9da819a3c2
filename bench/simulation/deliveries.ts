import { loadStack } from '../../terraform/stack.ts'
import { type Delivered, type Rooms, simulateDelivery, type Traffic } from './delivery.ts'
import { ON_AWS, YOUNG } from './latencies.ts'
import { seededRandom } from './seeded-random.ts'

/** The questions that the cases answer. Each is a table of `docs/performance.md`. */
export const QUESTIONS = ['latency', 'what-if', 'window', 'batch-size', 'crowd'] as const
export type Question = (typeof QUESTIONS)[number]

export interface Case {
  question: Question
  name: string
  traffic: Traffic
}

export interface CaseResult {
  question: Question
  name: string
  rooms: Delivered[]
}

const { batchSize, window } = loadStack().stream
/** The number of shards of a new table. */
const SHARDS = 4
const SEED = 42

const quiet: Rooms = { name: 'the quiet room', rooms: 1, members: 10, perSecond: 0.2 }
const others: Rooms = { name: 'all rooms', rooms: 2_000, members: 10, perSecond: 0.2 }
const busy = (members: number, perSecond: number): Rooms => ({ name: 'the busy room', rooms: 1, members, perSecond })
const crowd: Rooms = { name: 'the room of 10,000', rooms: 1, members: 10_000, perSecond: 4 }
const small: Rooms = { name: '400 rooms of 10', rooms: 400, members: 10, perSecond: 0.2 }

const traffic = (rooms: readonly Rooms[], seconds: number, changes: Partial<Traffic> = {}): Traffic => ({
  ...{ rooms, seconds, shards: SHARDS, batchSize, window, latencies: ON_AWS },
  ...changes,
})
const alone = (changes: Partial<Traffic> = {}) => traffic([quiet], 20_000, changes)
const oneShard = { shards: 1 }

export const CASES: Case[] = [
  ...cases('latency', {
    'a quiet room of 10': alone(),
    'the same, in functions that were just started': alone({ latencies: YOUNG }),
    '2,000 rooms of 10, a message every 5 s in each': traffic([others], 120),
    'a room of 100, 10 messages/s': traffic([busy(100, 10)], 120),
    'a room of 100, 100 messages/s': traffic([busy(100, 100)], 60),
    'a room of 1,000, 10 messages/s': traffic([busy(1_000, 10)], 60),
    'a room of 1,000, 100 messages/s': traffic([busy(1_000, 100)], 20),
  }),
  ...cases('what-if', {
    'a quiet room of 10': alone(),
    'a mapping that looks each 125 ms': alone({ latencies: { ...ON_AWS, pollMs: 125 } }),
    'an own reader that looks each 50 ms': alone({ latencies: { ...ON_AWS, pollMs: 50 } }),
    'two requests of the table before the message is kept': alone({
      latencies: { ...ON_AWS, requests: ON_AWS.requests.slice(1) },
    }),
    'sixteen shards, 2,000 rooms': traffic([others], 120, { shards: 16 }),
    'no stream: the sender posts by itself': alone({ withoutStream: true }),
  }),
  ...cases(
    'window',
    Object.fromEntries(
      [0, 100, 200, 400, 1_000].map((milliseconds) => [
        milliseconds === 0 ? 'none' : `${milliseconds.toLocaleString('en-US')} ms`,
        traffic([busy(100, 100), { ...quiet, rooms: 20 }], 60, { ...oneShard, window: { ...window, milliseconds } }),
      ]),
    ),
  ),
  ...cases(
    'batch-size',
    Object.fromEntries(
      [25, 100, 500, 1_000].map((batchSize) => [
        batchSize.toLocaleString('en-US'),
        traffic([{ ...others, rooms: 4_000 }], 60, { ...oneShard, batchSize }),
      ]),
    ),
  ),
  ...cases('crowd', {
    'as it is': traffic([crowd, small], 40),
    'if the window didn’t know sizes': traffic([crowd, small], 40, { ignoresSizes: true }),
    'without the room of 10,000': traffic([small], 40),
  }),
]

function cases(question: Question, traffics: Record<string, Traffic>): Case[] {
  return Object.entries(traffics).map(([name, traffic]) => ({ question, name, traffic }))
}

export const runCase = ({ question, name, traffic }: Case): CaseResult => ({
  question,
  name,
  rooms: simulateDelivery(traffic, seededRandom(SEED)),
})
