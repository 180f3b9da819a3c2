import { setTimeout as sleep } from 'node:timers/promises'
import type { Operation, TableClient } from './table-client.ts'

interface Consumed {
  CapacityUnits?: number
}

const READS: readonly Operation[] = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']

export interface Pace {
  /** How many units were used so far. */
  used(): number
  /** The client is as fast as it was. */
  end(): void
}

/**
 * Holds the requests of a client back so that, on average, they use no more than so many read and write units a second.
 * DynamoDB says after a request what it used, so the requests that are under way at once may go beyond it for a moment.
 *
 * @param counted `writes`: reads are free, and wait for nothing
 */
export function pace(client: TableClient, unitsPerSecond: number, counted: 'all' | 'writes' = 'all'): Pace {
  let units = 0
  let next = Date.now()
  const end = client.use(async ({ operation, input }, send) => {
    if (counted === 'writes' && READS.includes(operation)) return send({ operation, input })
    await sleep(Math.max(0, next - Date.now()))
    const output = await send({ operation, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } })
    const consumed = [(output.ConsumedCapacity ?? []) as Consumed | Consumed[]].flat()
    const used = consumed.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
    units += used
    next = Math.max(next, Date.now()) + (used / unitsPerSecond) * 1_000
    return output
  })
  return { used: () => units, end }
}
