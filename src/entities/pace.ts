import { setTimeout as sleep } from 'node:timers/promises'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

interface Consumed {
  CapacityUnits?: number
}

const READS = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']

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
export function pace(client: DynamoDBClient, unitsPerSecond: number, counted: 'all' | 'writes' = 'all'): Pace {
  let units = 0
  let next = Date.now()
  client.middlewareStack.add(
    (send, context) => async (args) => {
      const isRead = READS.includes(String(context.commandName).replace(/Command$/, ''))
      if (isRead && counted === 'writes') return send(args)
      await sleep(Math.max(0, next - Date.now()))
      const result = await send({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
      const { ConsumedCapacity = [] } = result.output as { ConsumedCapacity?: Consumed | Consumed[] }
      const used = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
      units += used
      next = Math.max(next, Date.now()) + (used / unitsPerSecond) * 1_000
      return result
    },
    { step: 'initialize', name: 'pace', override: true },
  )
  return { used: () => units, end: () => void client.middlewareStack.remove('pace') }
}
