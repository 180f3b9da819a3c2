import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** Request units of DynamoDB: reads of 4 KB (an eventually consistent one is half), writes of 1 KB. */
export interface Units {
  reads: number
  writes: number
}

interface Answer {
  ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[]
}

const reading = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan'])

/** Counts the units of every request that this client makes from now on, by DynamoDB's own account. */
export function countUnits(client: DynamoDBClient): Readonly<Units> {
  const units = { reads: 0, writes: 0 }
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next({
        ...args,
        input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' },
      })
      const consumed = [(result.output as Answer).ConsumedCapacity ?? []].flat()
      const total = consumed.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
      if (reading.has(String(context.commandName).replace(/Command$/, ''))) units.reads += total
      else units.writes += total
      return result
    },
    { step: 'initialize', name: 'countUnits' },
  )
  return units
}
