import { windowEnvironment } from '../../local/environment.ts'
import { loadStack } from '../../terraform/stack.ts'
import { measureRound, type Rate, type Round } from './measurement.ts'
import { BroadcastRunner, type Runner, FunctionRunner, type Room } from './runner.ts'
import { Stream } from './stream.ts'
import type { GatewayCalls } from './gateway.ts'
import type { Processes } from './processes.ts'
import type { ReceiverCalls } from './receivers.ts'
import type { Child } from '../shared/rpc.ts'
import type { Table } from './table.ts'
import type { Member, VariantCalls } from './variants/serve.ts'

/** In the order of the report. */
export const VARIANTS = ['tabletalk', 'scan', 'scanOwn', 'members', 'unsigned', 'broadcast'] as const
export type VariantName = (typeof VARIANTS)[number]

/** Connections in the scanned table for each connection of the room: nine other rooms as large, or none. */
export const TABLE_FACTORS = { scan: 10, scanOwn: 1 }

export interface RoomPlan {
  connections: number
  /** From slow to fast. */
  rates: Rate[]
}

export interface ComparisonPlan {
  /** The first is also the one to warm up in: every variant soon has a small room behind it. */
  rooms: RoomPlan[]
  rounds: Rounds
  /** Not counted: compiler, sockets and the functions' own caches. */
  warmUp: Rate
}

export interface Measurement {
  variant: VariantName
  connections: number
  perSecond: number
  rounds: Round[]
}

/** Rounds of a measurement: so many, but one alone when time is short. */
export interface Rounds {
  count: number
  /** No measurement's second or later round begins so long after the start of all. */
  budgetMs: number
}

/** So late after the last send, in every round, a variant has nothing to show at a higher rate but how far behind it falls. */
const HOPELESS_MS = 3_000

export async function compare(
  { rooms: plans, rounds: { count, budgetMs }, warmUp }: ComparisonPlan,
  processes: Processes,
  table: Table,
): Promise<Measurement[]> {
  const gateway = processes.start<GatewayCalls>('gateway')
  const receivers = processes.start<ReceiverCalls>('receivers')
  try {
    const { wsUrl, endpoint } = await gateway.call('listen')
    const endOfRounds = performance.now() + budgetMs
    const mayRepeat = (round: number) => round < count && (round === 0 || performance.now() < endOfRounds)
    const measurements: Measurement[] = []
    const rooms: Room[] = []
    for (const { connections, rates } of plans) {
      await receivers.call('fill', { wsUrl, connections })
      const room = await makeRoom(connections, gateway)
      rooms.push(room)
      const start = starter(processes, table, endpoint, rooms)
      await seed(room, start)
      const around = { gateway, receivers, table, start, warmUp, warmUpRoom: rooms[0]! }
      measurements.push(...(await measureRoom(room, rates, mayRepeat, around)))
    }
    return measurements
  } finally {
    await Promise.all([gateway.end(), receivers.end()])
  }
}

/** Every socket that is open, a user each. */
async function makeRoom(connections: number, gateway: Child<GatewayCalls>): Promise<Room> {
  const connectionIds = await gateway.call('connectionIds')
  const members = connectionIds.map((connectionId, i): Member => ({ connectionId, userId: `user-${String(i)}` }))
  return { chatRoomId: `room-${String(connections)}`, members }
}

type Start = (variant: Exclude<VariantName, 'broadcast'>) => Promise<Child<VariantCalls>>

function starter(processes: Processes, table: Table, gatewayEndpoint: string, rooms: readonly Room[]): Start {
  const common = {
    ...table.environment,
    ...windowEnvironment(loadStack().stream.window),
    CONNECTIONS_ENDPOINT: gatewayEndpoint,
  }
  return async (variant) => {
    if (variant === 'scan' || variant === 'scanOwn') {
      return processes.start('scan', { ...common, TABLE_FACTOR: String(TABLE_FACTORS[variant]) })
    }
    const child = processes.start<VariantCalls>(variant, common)
    // It keeps its rooms in memory.
    if (variant === 'unsigned') for (const room of rooms) await child.call('seed', seedOf(room))
    return child
  }
}

const seedOf = ({ chatRoomId, members }: Room) => ({ chatRoomId, members: [...members] })

/** In processes of their own: what filling a table takes is nobody's memory. */
async function seed(room: Room, start: Start): Promise<void> {
  for (const variant of ['tabletalk', 'scan', 'scanOwn', 'members'] as const) {
    const seeder = await start(variant)
    await seeder.call('seed', seedOf(room))
    await seeder.end()
  }
}

interface Surroundings {
  gateway: Child<GatewayCalls>
  receivers: Child<ReceiverCalls>
  table: Table
  start: Start
  warmUp: Rate
  warmUpRoom: Room
}

/** The variants take turns in going first. One that is hopeless at a rate gets one round at a higher one. */
async function measureRoom(
  room: Room,
  rates: readonly Rate[],
  mayRepeat: (round: number) => boolean,
  around: Surroundings,
): Promise<Measurement[]> {
  const { gateway, table, start, warmUp, warmUpRoom } = around
  const stream = await Stream.open(table)
  const runners = new Map<VariantName, Runner>()
  const warm = (runner: Runner) => measureRound(around, runner, warmUpRoom, warmUp)
  try {
    for (const variant of VARIANTS) {
      const runner =
        variant === 'broadcast'
          ? new BroadcastRunner(gateway)
          : await FunctionRunner.begin(() => start(variant), variant === 'tabletalk' ? stream : undefined)
      runners.set(variant, runner)
      await warm(runner)
    }
    const measurements: Measurement[] = []
    const hopeless = new Set<VariantName>()
    for (const rate of rates) {
      const measured = new Map(VARIANTS.map((variant) => [variant, [] as Round[]]))
      for (let round = 0; mayRepeat(round); round++) {
        for (const variant of rotated(VARIANTS, round)) {
          if (round > 0 && hopeless.has(variant)) continue
          if (variant === 'tabletalk') stream.resume()
          const measuredRound = await measureRound(around, runners.get(variant)!, room, rate)
          if (!measuredRound.complete) await warm(runners.get(variant)!)
          if (variant === 'tabletalk') stream.pause()
          measured.get(variant)!.push(measuredRound)
        }
      }
      for (const [variant, rounds] of measured) {
        if (rounds.every(({ complete, tailMs }) => !complete || tailMs > HOPELESS_MS)) hopeless.add(variant)
        measurements.push({ variant, connections: room.members.length, perSecond: rate.perSecond, rounds })
      }
      console.log(progress(room, rate, measurements.slice(-VARIANTS.length)))
    }
    return measurements
  } finally {
    stream.resume()
    await stream.close()
    await Promise.all([...runners.values()].map((runner) => runner.end()))
  }
}

const rotated = <T>(items: readonly T[], by: number): T[] => items.map((_, i) => items[(i + by) % items.length]!)

function progress({ members }: Room, { perSecond }: Rate, measurements: readonly Measurement[]): string {
  const done = measurements.map(({ variant, rounds }) => {
    const { complete, events, elapsedMs } = rounds.at(-1)!
    return `${variant} ${((events / elapsedMs) * 1_000).toFixed(0)}${complete ? '' : ' (cut short)'}`
  })
  return `${String(members.length)} connections, ${String(perSecond)}/s; events/s: ${done.join(', ')}`
}
