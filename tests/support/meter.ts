import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** One request to DynamoDB, as it was answered. */
export interface Metered {
  /** DynamoDB's name of the operation, as `PutItem`. */
  operation: string
  /** What a role must allow for it: an action, and whether on the index. A transaction needs those of its parts. */
  needs: { action: string; onIndex: boolean }[]
  /** Read and write request units. */
  reads: number
  writes: number
  /** Its place in the chain of requests that waited for one another, from 1. */
  depth: number
}

interface Consumed {
  CapacityUnits?: number
  ReadCapacityUnits?: number
  WriteCapacityUnits?: number
}

interface Answer {
  ConsumedCapacity?: Consumed | Consumed[]
}

interface Input {
  IndexName?: string
  TransactItems?: Record<string, unknown>[]
  ReturnConsumedCapacity?: 'INDEXES'
}

const reading = new Set(['GetItem', 'BatchGetItem', 'Query', 'TransactGetItems'])

/**
 * What everything sent through `client` while `work` runs has cost, by DynamoDB's own figures. A failed condition comes
 * without figures: it is counted as the one write unit that DynamoDB charges for an item of up to 1 KB.
 */
export async function metered(client: DynamoDBClient, work: () => Promise<unknown>): Promise<Metered[]> {
  const requests: Metered[] = []
  const ended: Metered[] = []
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '')
      const input = args.input as Input
      const depth = 1 + Math.max(0, ...ended.map((request) => request.depth))
      const request: Metered = { operation, needs: needsOf(operation, input), reads: 0, writes: 0, depth }
      requests.push(request)
      try {
        const result = await next({
          ...args,
          input: { ...input, ReturnConsumedCapacity: 'INDEXES' } as typeof args.input,
        })
        Object.assign(request, unitsOf(operation, (result.output as Answer).ConsumedCapacity))
        return result
      } catch (error) {
        if ((error as Error).name === 'ConditionalCheckFailedException') request.writes = 1
        throw error
      } finally {
        ended.push(request)
      }
    },
    { step: 'initialize', priority: 'high', name: 'meter' },
  )
  try {
    await work()
  } finally {
    client.middlewareStack.remove('meter')
  }
  return requests
}

function unitsOf(operation: string, consumed: Answer['ConsumedCapacity']): { reads: number; writes: number } {
  const units = [consumed ?? []].flat()
  const sum = (of: keyof Consumed) => units.reduce((total, unit) => total + (unit[of] ?? 0), 0)
  const total = sum('CapacityUnits')
  return reading.has(operation) ? { reads: total, writes: 0 } : { reads: 0, writes: total }
}

function needsOf(operation: string, { IndexName, TransactItems }: Input): Metered['needs'] {
  const actions =
    TransactItems === undefined
      ? [operation]
      : TransactItems.flatMap((item) => Object.keys(item)).map((kind) =>
          kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`,
        )
  return actions.map((action) => ({ action, onIndex: IndexName !== undefined }))
}

/** What an action costs altogether. */
export interface Cost {
  requests: number
  /** Requests that waited for one another, the longest such chain. */
  roundTrips: number
  reads: number
  writes: number
}

export const costOf = (requests: readonly Metered[]): Cost => ({
  requests: requests.length,
  roundTrips: Math.max(0, ...requests.map((request) => request.depth)),
  reads: requests.reduce((sum, request) => sum + request.reads, 0),
  writes: requests.reduce((sum, request) => sum + request.writes, 0),
})
