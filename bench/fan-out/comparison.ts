import type { Child } from '../shared/rpc.ts'
import type { GatewayCalls } from './gateway.ts'
import { measureRoom, type Measurement } from './measurement.ts'
import type { Processes } from './processes.ts'
import type { ReceiverCalls } from './receivers.ts'
import type { Rate } from './round.ts'
import type { Room } from './runner.ts'
import type { Table } from './table.ts'
import { seedRoom, variantStarter } from './variant-processes.ts'
import type { Member } from './variants/serve.ts'

export interface ComparisonPlan {
  /** From small to large. Every variant warms up in the first one. */
  rooms: {
    connections: number
    /** From slow to fast. */
    rates: Rate[]
  }[]
  rounds: {
    /** Rounds of each measurement, if there is time. */
    count: number
    /** After this many milliseconds, only the first round of a measurement is started. */
    budgetMs: number
  }
  /** Not counted. It warms up the compiler, the sockets and the functions' own caches. */
  warmUp: Rate
}

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
    const mayRun = (round: number) => round < count && (round === 0 || performance.now() < endOfRounds)
    const measurements: Measurement[] = []
    const rooms: Room[] = []
    const start = variantStarter(processes, table, endpoint, rooms)
    for (const { connections, rates } of plans) {
      await receivers.call('fill', { wsUrl, connections })
      const room = await makeRoom(connections, gateway)
      rooms.push(room)
      await seedRoom(room, start)
      const rig = { gateway, receivers, table, start, mayRun, warmUp, warmUpRoom: rooms[0]! }
      measurements.push(...(await measureRoom(room, rates, rig)))
    }
    return measurements
  } finally {
    await Promise.all([gateway.end(), receivers.end()])
  }
}

/** Makes a room of all open sockets, each the connection of another user. */
async function makeRoom(connections: number, gateway: Child<GatewayCalls>): Promise<Room> {
  const connectionIds = await gateway.call('connectionIds')
  const members = connectionIds.map((connectionId, i): Member => ({ connectionId, userId: `user-${String(i)}` }))
  return { chatRoomId: `room-${String(connections)}`, members }
}
