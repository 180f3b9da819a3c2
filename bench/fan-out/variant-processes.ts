import { windowEnvironment } from '../../local/environment.ts'
import { loadStack } from '../../terraform/stack.ts'
import type { Child } from '../shared/rpc.ts'
import type { Processes } from './processes.ts'
import type { Room } from './runner.ts'
import type { Table } from './table.ts'
import type { VariantCalls } from './variants/serve.ts'
import type { FunctionVariant } from './variants/variant-names.ts'

/**
 * Connections in the scanned table for each connection of the room: with nine other rooms of the same size, or with
 * none.
 */
const TABLE_FACTORS = { scan: 10, scanOwn: 1 }

/** Starts a process that serves the functions of a variant. */
export type StartVariant = (variant: FunctionVariant) => Promise<Child<VariantCalls>>

/** @param rooms read at every start, because `unsigned` keeps its rooms in memory and must be given them again */
export function variantStarter(
  processes: Processes,
  table: Table,
  gatewayEndpoint: string,
  rooms: readonly Room[],
): StartVariant {
  const environment = {
    ...table.environment,
    ...windowEnvironment(loadStack().stream.window),
    CONNECTIONS_ENDPOINT: gatewayEndpoint,
  }
  return async (variant) => {
    if (variant === 'scan' || variant === 'scanOwn') {
      return processes.start('scan', { ...environment, TABLE_FACTOR: String(TABLE_FACTORS[variant]) })
    }
    const child = processes.start<VariantCalls>(variant, environment)
    if (variant === 'unsigned') for (const room of rooms) await child.call('seed', seedOf(room))
    return child
  }
}

/**
 * Writes the room into every variant's tables, in processes that end afterwards, because filling a table is not part of
 * the measured memory.
 */
export async function seedRoom(room: Room, start: StartVariant): Promise<void> {
  for (const variant of ['tabletalk', 'scan', 'scanOwn', 'members'] as const) {
    const seeder = await start(variant)
    await seeder.call('seed', seedOf(room))
    await seeder.end()
  }
}

const seedOf = ({ chatRoomId, members }: Room) => ({ chatRoomId, members: [...members] })
