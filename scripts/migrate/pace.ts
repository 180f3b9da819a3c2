import { setTimeout as sleep } from 'node:timers/promises'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

interface Consumed {
  CapacityUnits?: number
}

/**
 * Holds the requests of a client back so that, on average, they use no more than so many read and write units a second.
 * DynamoDB says after a request what it used, so the requests that are under way at once may go beyond it for a moment.
 *
 * @returns how many units were used so far
 */
export function pace(client: DynamoDBClient, unitsPerSecond: number): () => number {
  let units = 0
  let next = Date.now()
  client.middlewareStack.add(
    (send) => async (args) => {
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
  return () => units
}
