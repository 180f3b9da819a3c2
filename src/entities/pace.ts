import { setTimeout as sleep } from 'node:timers/promises'
import type { Operation, TableClient } from './table-client.ts'

interface Consumed {
  CapacityUnits?: number
}

const READS: readonly Operation[] = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']

/** A limit on a client's requests, as `pace` sets it. */
export interface Pace {
  /** Returns the capacity units that were used so far. */
  used(): number
  /** Removes the limit. */
  end(): void
}

/**
 * Slows the requests of a client down, so that on average they use at most `unitsPerSecond` read and write units.
 * DynamoDB reports what a request used only afterwards, so several requests at the same time may exceed the limit for a
 * moment.
 *
 * @param counted with `writes`, reads neither count nor wait
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
