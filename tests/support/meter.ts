import { AsyncLocalStorage } from 'node:async_hooks'
import type { TableClient } from '../../src/entities/table-client.ts'

/** One request to DynamoDB, with what it cost. */
export interface Metered {
  /** DynamoDB's name of the operation, such as `PutItem`. */
  operation: string
  /**
   * What a role must allow for the request: actions, and whether on the index. A transaction needs the actions of its
   * parts.
   */
  needs: { action: string; onIndex: boolean }[]
  /** Read and write request units. */
  reads: number
  writes: number
  /** Its position in the chain of requests that waited for one another, from 1. */
  depth: number
}

interface Consumed {
  CapacityUnits?: number
  GlobalSecondaryIndexes?: Record<string, { CapacityUnits?: number }>
}

interface Answer {
  ConsumedCapacity?: Consumed | Consumed[]
  Responses?: Record<string, unknown[]>
  UnprocessedKeys?: Record<string, { Keys?: unknown[] }>
}

interface Input {
  IndexName?: string
  TransactItems?: Record<string, { Item?: Record<string, unknown> }>[]
  RequestItems?: Record<string, { Keys?: unknown[]; ConsistentRead?: boolean }>
}

const reading = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems'])

/** Whether a request is made from within another one. */
const holding = new AsyncLocalStorage<boolean>()

/**
 * Measures everything sent through `client` while `work` runs. Uses DynamoDB Local's own figures, with three
 * corrections to match what AWS charges:
 * - A transaction: Local rounds the sum of its items up to whole KB, AWS every single item. Here each item counts 2 ×
 *   ⌈size / 1 KB⌉. Local also doubles the units of the index, which is not part of the transaction.
 * - A failed condition has no figures, and counts 1.
 * - A missing item of a batch: Local counts nothing, AWS the minimum of a read.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export async function metered(client: TableClient, work: () => Promise<unknown>): Promise<Metered[]> {
  const requests: Metered[] = []
  const wave = waves()
  const end = client.use(async ({ operation, input: asked }, send) => {
    const input = asked as Input
    // A request that a test makes while it holds another one back can't wait for that one.
    const isHeldFor = holding.getStore() === true
    const depth = isHeldFor ? wave.number : wave.join()
    const request: Metered = { operation, needs: needsOf(operation, input), reads: 0, writes: 0, depth }
    requests.push(request)
    try {
      const counted = { operation, input: { ...asked, ReturnConsumedCapacity: 'INDEXES' } } as const
      const answer = await holding.run(true, () => send(counted))
      Object.assign(request, unitsOf(operation, input, answer as Answer))
      return answer
    } catch (error) {
      if ((error as Error).name === 'ConditionalCheckFailedException') request.writes = 1
      throw error
    } finally {
      if (!isHeldFor) await wave.allAnswered()
    }
  })
  try {
    await work()
  } finally {
    end()
  }
  return requests
}

/**
 * Requests in flight at the same time are a wave. They all get their answers when the last one has arrived. The number
 * of requests that waited for one another is then the same, however long each takes. Without waves, two parallel chains
 * would count as longer on a machine that is slow with one of them.
 */
function waves() {
  let number = 0
  let underWay = 0
  let ended = Promise.resolve()
  let end = (): void => undefined
  return {
    get number(): number {
      return number
    },
    /** @returns the number of the wave that the request belongs to, from 1 */
    join(): number {
      if (underWay++ === 0) {
        number++
        ended = new Promise((resolve) => (end = resolve))
      }
      return number
    },
    /** Resolves when all requests of the wave are answered. Later requests belong to the next wave. */
    async allAnswered(): Promise<void> {
      const mine = ended
      if (--underWay === 0) end()
      await mine
    },
  }
}

function unitsOf(operation: string, input: Input, answer: Answer) {
  const units = [answer.ConsumedCapacity ?? []].flat()
  const total = sumOf(units, (unit) => unit.CapacityUnits ?? 0)
  if (reading.has(operation)) return { reads: total + missing(input, answer), writes: 0 }
  if (input.TransactItems === undefined) return { reads: 0, writes: total }
  const ofIndexes = units.flatMap(({ GlobalSecondaryIndexes = {} }) => Object.values(GlobalSecondaryIndexes))
  // An update in a transaction doesn't show its item. Those in these tests are under 1 KB.
  const ofTable = sumOf(input.TransactItems, ({ Put: { Item } = {} }) =>
    Item === undefined ? 2 : 2 * Math.ceil(sizeOf(Item) / 1_024),
  )
  return { reads: 0, writes: ofTable + sumOf(ofIndexes, ({ CapacityUnits = 0 }) => CapacityUnits / 2) }
}

/** Returns what the missing items of a batch cost. */
const missing = ({ RequestItems = {} }: Input, { Responses = {}, UnprocessedKeys = {} }: Answer): number =>
  sumOf(Object.entries(RequestItems), ([table, { Keys = [], ConsistentRead }]) => {
    const answered = (Responses[table]?.length ?? 0) + (UnprocessedKeys[table]?.Keys?.length ?? 0)
    return (Keys.length - answered) * (ConsistentRead ? 1 : 0.5)
  })

/**
 * Returns the bytes of an item:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return Math.ceil(String(value).replace(/^0+|0+$/g, '').length / 2) + 1
  if (Array.isArray(value)) return 3 + sumOf(value, (element) => 1 + sizeOf(element))
  if (typeof value === 'object' && value !== null) {
    return sumOf(Object.entries(value), ([name, part]) => Buffer.byteLength(name) + sizeOf(part))
  }
  return 1
}

const sumOf = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((sum, item) => sum + of(item), 0)

/** Returns what a role must allow for a request. */
export function needsOf(operation: string, { IndexName, TransactItems }: Input): Metered['needs'] {
  const actions =
    TransactItems === undefined
      ? [operation]
      : TransactItems.flatMap((item) => Object.keys(item)).map((kind) =>
          kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`,
        )
  return actions.map((action) => ({ action, onIndex: IndexName !== undefined }))
}

/** The total cost of an action. */
export interface Cost {
  requests: number
  /** The longest chain of requests that waited for one another. */
  roundTrips: number
  reads: number
  writes: number
}

export const costOf = (requests: readonly Metered[]): Cost => ({
  requests: requests.length,
  roundTrips: Math.max(0, ...requests.map((request) => request.depth)),
  reads: sumOf(requests, (request) => request.reads),
  writes: sumOf(requests, (request) => request.writes),
})
