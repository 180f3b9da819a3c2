import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { TableClient } from '../../src/entities/table-client.ts'

/** DynamoDB's request units. A read unit is 4 KB, or half of one if eventually consistent; a write unit is 1 KB. */
interface Units {
  reads: number
  writes: number
}

interface Output {
  ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[]
}

const reading = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan'])

/**
 * Counts the units, as DynamoDB returns them, of every request that this client sends from now on. The returned object
 * is updated.
 */
export function countUnits(client: DynamoDBClient | TableClient): Readonly<Units> {
  const units = { reads: 0, writes: 0 }
  const count = (operation: string, { ConsumedCapacity = [] }: Output) => {
    const total = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
    if (reading.has(operation)) units.reads += total
    else units.writes += total
  }
  if (client instanceof TableClient) {
    client.use(async ({ operation, input }, send) => {
      const answer = await send({ operation, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } })
      count(operation, answer as Output)
      return answer
    })
    return units
  }
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })
      count(String(context.commandName).replace(/Command$/, ''), result.output as Output)
      return result
    },
    { step: 'initialize', name: 'countUnits' },
  )
  return units
}
