import { AsyncLocalStorage } from 'node:async_hooks'
import type { TableClient } from '../../src/entities/table-client.ts'

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
 * What everything sent through `client` while `work` runs has cost, by DynamoDB Local's own figures, but for three
 * things that it doesn't tell as AWS charges them. A transaction: Local rounds the sum of its items up to whole KB, AWS
 * every single one, so here each counts 2 × ⌈size / 1 KB⌉; and Local doubles what the index takes, which is no part of
 * the transaction. A failed condition: it comes without figures and counts 1. An item of a batch that isn't there:
 * Local counts nothing, AWS the least that a read costs.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export async function metered(client: TableClient, work: () => Promise<unknown>): Promise<Metered[]> {
  const requests: Metered[] = []
  const wave = waves()
  const end = client.use(async ({ operation, input: asked }, send) => {
    const input = asked as Input
    // One that a test makes while it holds another back: that can't wait for the one that waits for it.
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
 * Requests under way at one time are a wave, and get their answers together, when the last of them has come: how many
 * waited for one another is then the same however long each takes. Without it, two chains side by side count as longer
 * on a machine that is slow with one of them.
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
    /** Resolves when all of the request's wave are answered; what follows is of the next. */
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
  // An update of a transaction doesn't show its item: those here are under 1 KB.
  const ofTable = sumOf(input.TransactItems, ({ Put: { Item } = {} }) =>
    Item === undefined ? 2 : 2 * Math.ceil(sizeOf(Item) / 1_024),
  )
  return { reads: 0, writes: ofTable + sumOf(ofIndexes, ({ CapacityUnits = 0 }) => CapacityUnits / 2) }
}

/** What the items of a batch cost that are not there. */
const missing = ({ RequestItems = {} }: Input, { Responses = {}, UnprocessedKeys = {} }: Answer): number =>
  sumOf(Object.entries(RequestItems), ([table, { Keys = [], ConsistentRead }]) => {
    const answered = (Responses[table]?.length ?? 0) + (UnprocessedKeys[table]?.Keys?.length ?? 0)
    return (Keys.length - answered) * (ConsistentRead ? 1 : 0.5)
  })

/** Bytes of an item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
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

/** What a role must allow for a request. */
export function needsOf(operation: string, { IndexName, TransactItems }: Input): Metered['needs'] {
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
  reads: sumOf(requests, (request) => request.reads),
  writes: sumOf(requests, (request) => request.writes),
})
