import { Child } from './rpc.ts'
import type { Received, ReceiverCalls, Way } from './receivers.ts'
import type { CpuTimes, ServerCalls } from './server.ts'

/** What is done with one size of room, in counts and in time. */
export interface RoomPlan {
  connections: number
  /** Users taking turns in the connections, at most 100. */
  users: number
  /** Messages sent one at a time, in each round. */
  paced: number
  /** Messages sent all at once, in each round. */
  burst: number
  rounds: number
  /** No round begins after this. */
  budgetMs: number
}

/** A phase's figures; CPU in milliseconds. */
export type Measured = Received & { cpuNodeMs: number; cpuDynamodbMs: number | null }

export type Round = Record<Way, { paced: Measured; burst: Measured }>

/** Not counted: it warms up the compiler, the functions and the SDK's sockets. */
const WARM_UP = 10

/** Measures one size of room with fresh processes; the ways take turns in going first. */
export async function measureRoom(plan: RoomPlan, signal: AbortSignal): Promise<Round[]> {
  const startedAt = performance.now()
  const server = new Child<ServerCalls>(new URL('./server.ts', import.meta.url))
  const receivers = new Child<ReceiverCalls>(new URL('./receivers.ts', import.meta.url))
  const abort = () => {
    server.kill()
    receivers.kill()
  }
  signal.addEventListener('abort', abort)
  try {
    const users = Array.from({ length: plan.users }, (_, i) => `user-${String(i)}`)
    const { wsUrl, floorUrl, tokens } = await server.call('start', { users })
    const { port } = await receivers.call('found', { wsUrl, floorUrl, tokens, users })
    await server.call('idle')
    const { ports } = await receivers.call('fill', { wsUrl, tokens, connections: plan.connections })
    await server.call('broadcastTo', { ports: [port, ...ports] })
    for (const way of ['tabletalk', 'floor'] as const) {
      await receivers.call('burst', { way, count: WARM_UP })
      await receivers.call('paced', { way, count: WARM_UP })
    }

    const phase = async (kind: 'paced' | 'burst', way: Way): Promise<Measured> => {
      await server.call('idle')
      const before = await server.call('cpu')
      const received = await receivers.call(kind, { way, count: plan[kind] })
      return { ...received, ...spent(before, await server.call('cpu')) }
    }
    const both = async (way: Way) => ({ paced: await phase('paced', way), burst: await phase('burst', way) })

    const rounds: Round[] = []
    while (rounds.length < plan.rounds && performance.now() - startedAt < plan.budgetMs) {
      const ways: Way[] = rounds.length % 2 === 0 ? ['tabletalk', 'floor'] : ['floor', 'tabletalk']
      const round: Partial<Round> = {}
      for (const way of ways) round[way] = await both(way)
      rounds.push(round as Round)
    }
    await receivers.call('leave')
    await server.call('stop')
    return rounds
  } finally {
    await Promise.all([server.end(), receivers.end()])
    signal.removeEventListener('abort', abort)
  }
}

const spent = (before: CpuTimes, after: CpuTimes) => ({
  cpuNodeMs: after.node - before.node,
  cpuDynamodbMs: before.dynamodb === null || after.dynamodb === null ? null : after.dynamodb - before.dynamodb,
})
