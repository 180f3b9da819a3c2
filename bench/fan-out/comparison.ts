import { windowEnvironment } from '../../local/environment.ts'
import { loadStack } from '../../terraform/stack.ts'
import { measureCell, type Pace, type Round } from './measurement.ts'
import { BroadcastContender, type Contender, FunctionContender, type Room } from './runner.ts'
import { Feed } from './stream.ts'
import type { GatewayCalls } from './gateway.ts'
import type { Processes } from './processes.ts'
import type { ReceiverCalls } from './receivers.ts'
import type { Child } from '../shared/rpc.ts'
import type { Table } from './table.ts'
import type { Member, WayCalls } from './variants/serve.ts'

/** In the order of the report. */
export const WAYS = ['tabletalk', 'scan', 'scanOwn', 'members', 'unsigned', 'broadcast'] as const
export type Way = (typeof WAYS)[number]

/** Connections in the scanned table for each connection of the room: nine other rooms as large, or none. */
export const TABLE_FACTORS = { scan: 10, scanOwn: 1 }

export interface RoomPlan {
  connections: number
  /** From slow to fast. */
  paces: Pace[]
}

export interface ComparisonPlan {
  /** The first is also the one to warm up in: every way soon has a small room behind it. */
  rooms: RoomPlan[]
  rounds: Rounds
  /** Not counted: compiler, sockets and the functions' own caches. */
  warmUp: Pace
}

export interface Cell {
  way: Way
  connections: number
  perSecond: number
  rounds: Round[]
}

/** Rounds of a cell: so many, but one alone when time is short. */
export interface Rounds {
  count: number
  /** No cell's second or later round begins so long after the start of all. */
  budgetMs: number
}

/** So late after the last send, in every round, a way has nothing to show at a higher pace but how far behind it falls. */
const HOPELESS_MS = 3_000

export async function compare(
  { rooms: plans, rounds: { count, budgetMs }, warmUp }: ComparisonPlan,
  processes: Processes,
  table: Table,
): Promise<Cell[]> {
  const gateway = processes.start<GatewayCalls>('gateway')
  const receivers = processes.start<ReceiverCalls>('receivers')
  try {
    const { wsUrl, endpoint } = await gateway.call('listen')
    const endOfRounds = performance.now() + budgetMs
    const mayRepeat = (round: number) => round < count && (round === 0 || performance.now() < endOfRounds)
    const cells: Cell[] = []
    const rooms: Room[] = []
    for (const { connections, paces } of plans) {
      await receivers.call('fill', { wsUrl, connections })
      const room = await makeRoom(connections, gateway)
      rooms.push(room)
      const start = starter(processes, table, endpoint, rooms)
      await seed(room, start)
      const around = { gateway, receivers, table, start, warmUp, warmUpRoom: rooms[0]! }
      cells.push(...(await measureRoom(room, paces, mayRepeat, around)))
    }
    return cells
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

type Start = (way: Exclude<Way, 'broadcast'>) => Promise<Child<WayCalls>>

function starter(processes: Processes, table: Table, gatewayEndpoint: string, rooms: readonly Room[]): Start {
  const common = {
    ...table.environment,
    ...windowEnvironment(loadStack().stream.window),
    CONNECTIONS_ENDPOINT: gatewayEndpoint,
  }
  return async (way) => {
    if (way === 'scan' || way === 'scanOwn') {
      return processes.start('scan', { ...common, TABLE_FACTOR: String(TABLE_FACTORS[way]) })
    }
    const child = processes.start<WayCalls>(way, common)
    // It keeps its rooms in memory.
    if (way === 'unsigned') for (const room of rooms) await child.call('seed', seedOf(room))
    return child
  }
}

const seedOf = ({ chatRoomId, members }: Room) => ({ chatRoomId, members: [...members] })

/** In processes of their own: what filling a table takes is nobody's memory. */
async function seed(room: Room, start: Start): Promise<void> {
  for (const way of ['tabletalk', 'scan', 'scanOwn', 'members'] as const) {
    const seeder = await start(way)
    await seeder.call('seed', seedOf(room))
    await seeder.end()
  }
}

interface Surroundings {
  gateway: Child<GatewayCalls>
  receivers: Child<ReceiverCalls>
  table: Table
  start: Start
  warmUp: Pace
  warmUpRoom: Room
}

/** The ways take turns in going first. One that is hopeless at a pace gets one round at a higher one. */
async function measureRoom(
  room: Room,
  paces: readonly Pace[],
  mayRepeat: (round: number) => boolean,
  around: Surroundings,
): Promise<Cell[]> {
  const { gateway, table, start, warmUp, warmUpRoom } = around
  const feed = await Feed.open(table)
  const contenders = new Map<Way, Contender>()
  const warm = (contender: Contender) => measureCell(around, contender, warmUpRoom, warmUp)
  try {
    for (const way of WAYS) {
      const contender =
        way === 'broadcast'
          ? new BroadcastContender(gateway)
          : await FunctionContender.begin(() => start(way), way === 'tabletalk' ? feed : undefined)
      contenders.set(way, contender)
      await warm(contender)
    }
    const cells: Cell[] = []
    const hopeless = new Set<Way>()
    for (const pace of paces) {
      const measured = new Map(WAYS.map((way) => [way, [] as Round[]]))
      for (let round = 0; mayRepeat(round); round++) {
        for (const way of rotated(WAYS, round)) {
          if (round > 0 && hopeless.has(way)) continue
          if (way === 'tabletalk') feed.resume()
          const measuredRound = await measureCell(around, contenders.get(way)!, room, pace)
          if (!measuredRound.complete) await warm(contenders.get(way)!)
          if (way === 'tabletalk') feed.pause()
          measured.get(way)!.push(measuredRound)
        }
      }
      for (const [way, rounds] of measured) {
        if (rounds.every(({ complete, tailMs }) => !complete || tailMs > HOPELESS_MS)) hopeless.add(way)
        cells.push({ way, connections: room.members.length, perSecond: pace.perSecond, rounds })
      }
      console.log(progress(room, pace, cells.slice(-WAYS.length)))
    }
    return cells
  } finally {
    feed.resume()
    await feed.close()
    await Promise.all([...contenders.values()].map((contender) => contender.end()))
  }
}

const rotated = <T>(items: readonly T[], by: number): T[] => items.map((_, i) => items[(i + by) % items.length]!)

function progress({ members }: Room, { perSecond }: Pace, cells: readonly Cell[]): string {
  const done = cells.map(({ way, rounds }) => {
    const { complete, events, elapsedMs } = rounds.at(-1)!
    return `${way} ${((events / elapsedMs) * 1_000).toFixed(0)}${complete ? '' : ' (cut short)'}`
  })
  return `${String(members.length)} connections, ${String(perSecond)}/s; events/s: ${done.join(', ')}`
}
