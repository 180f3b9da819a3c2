import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** DynamoDB's request units: a read of 4 KB (half a unit when eventually consistent), a write of 1 KB. */
interface Units {
  reads: number
  writes: number
}

interface Output {
  ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[]
}

const reading = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan'])

/**
 * Counts the units, as DynamoDB returns them, of every request that this client makes from now on. The result is
 * updated.
 */
export function countUnits(client: DynamoDBClient): Readonly<Units> {
  const units = { reads: 0, writes: 0 }
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next({
        ...args,
        input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' },
      })
      const consumed = [(result.output as Output).ConsumedCapacity ?? []].flat()
      const total = consumed.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
      if (reading.has(String(context.commandName).replace(/Command$/, ''))) units.reads += total
      else units.writes += total
      return result
    },
    { step: 'initialize', name: 'countUnits' },
  )
  return units
}
