/**
 * `npm run bench:coalescing`: measures what the coalescing window of `terraform/stack.json` saves and costs. A hundred
 * connections in one room; 100 messages per second and 1 message per second, each twice without and twice with the
 * window, in new processes. Then, with the window, 100 messages per second in a room of a thousand connections, without
 * and with 100 reactions per second, each twice. Takes at most eight minutes. The rounds are written to
 * `bench/results/coalescing.json`.
 */
import { loadStack } from '../../terraform/stack.ts'
import { describeMachine, writeResult } from '../shared/results.ts'
import { Child } from '../shared/rpc.ts'
import { percentile } from '../shared/statistics.ts'
import type { CoalescingClientCalls, Rate, Received } from './clients.ts'
import type { CoalescingServerCalls } from './server.ts'

const CONNECTIONS = 100
const RATES = [
  { perSecond: 100, reactionsPerSecond: 0, seconds: 12 },
  { perSecond: 1, reactionsPerSecond: 0, seconds: 15 },
]
const MANY_CONNECTIONS = 1_000
const BUSY = [0, 100].map((reactionsPerSecond) => ({ perSecond: 100, reactionsPerSecond, seconds: 12 }))
/** Not counted. It warms up the compiler, the functions and the SDK's sockets. */
const WARM_UP = { perSecond: 50, reactionsPerSecond: 0, seconds: 4 }

const { milliseconds } = loadStack().stream.window

interface Round extends Rate {
  connections: number
  windowMs: number
  posts: number
  events: number
  summaries: number
  /** Of messages and summaries. */
  postsPerEvent: number
  /** Of messages. */
  p50Ms: number
  p99Ms: number
}

const rounds: Round[] = []
for (const windowMs of [0, milliseconds, milliseconds, 0]) rounds.push(...(await measure(CONNECTIONS, windowMs, RATES)))
for (const rates of [BUSY, BUSY.toReversed()]) rounds.push(...(await measure(MANY_CONNECTIONS, milliseconds, rates)))
console.table(rounds)
await writeResult('coalescing', { machine: describeMachine(), rounds })

async function measure(connections: number, windowMs: number, rates: readonly Rate[]): Promise<Round[]> {
  const server = new Child<CoalescingServerCalls>(new URL('./server.ts', import.meta.url))
  const clients = new Child<CoalescingClientCalls>(new URL('./clients.ts', import.meta.url))
  try {
    const users = Array.from({ length: connections }, (_, i) => `user-${String(i)}`)
    const { wsUrl, tokens } = await server.call('start', { users, windowMs })
    await clients.call('connect', { wsUrl, tokens, users })
    await clients.call('send', WARM_UP)
    const rounds: Round[] = []
    for (const rate of rates) {
      await server.call('idle')
      rounds.push({ connections, windowMs, ...rate, ...figuresOf(await clients.call('send', rate)) })
    }
    await clients.call('leave')
    await server.call('stop')
    return rounds
  } finally {
    await Promise.all([server.end(), clients.end()])
  }
}

function figuresOf({ posts, events, summaries, latenciesMs }: Received) {
  const round = (value: number) => Math.round(value * 1_000) / 1_000
  return {
    posts,
    events,
    summaries,
    postsPerEvent: round(posts / (events + summaries)),
    p50Ms: round(percentile(latenciesMs, 0.5)),
    p99Ms: round(percentile(latenciesMs, 0.99)),
  }
}
