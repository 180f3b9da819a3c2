import type { LikeAws } from './like-aws.ts'

/** A request to the table as it is on the wire: the operation, such as `Query`, and its JSON. */
export interface TableRequest {
  operation: string
  input: TableInput
}

export interface TableInput {
  TableName?: string
  IndexName?: string
  Key?: object
  Item?: { pk?: unknown; sk?: unknown }
  TransactItems?: Partial<Record<'Put' | 'Update' | 'Delete' | 'ConditionCheck', TableInput>>[]
  RequestItems?: Record<string, object[] | BatchedKeys>
}

interface BatchedKeys {
  Keys: object[]
}

/** The body of a response of DynamoDB with status 400. */
export interface TableRefusal {
  __type: string
  message: string
  CancellationReasons?: { Code: string; Message?: string }[]
}

const SINGLE_WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem'])

const ONGOING = 'Transaction is ongoing for the item'

/** Milliseconds after a transaction in which its items may have conflicts. */
const RECENT_MS = 1_000

/** Refuses some requests. Only items that transactions write have conflicts. */
export class TableRefusals {
  readonly #faults: LikeAws
  /** Time of the latest transaction on an item, by the item's key. */
  readonly #transacted = new Map<string, number>()

  constructor(faults: LikeAws) {
    this.#faults = faults
  }

  /** Returns the error with which this request is refused, or undefined. A refused request writes nothing. */
  of({ operation, input }: TableRequest): TableRefusal | undefined {
    const { random, throttled, conflicts } = this.#faults
    if (random() < throttled) {
      return refusal('ProvisionedThroughputExceededException', 'The level of configured throughput was exceeded.')
    }
    const writes = input.TransactItems?.flatMap((item) => Object.values(item)) ?? [input]
    const keys = writes.map(keyOf)
    const at = keys.findIndex((key) => this.#isContended(key) && random() < conflicts)
    if (operation === 'TransactWriteItems') {
      for (const key of keys) this.#transacted.set(key, Date.now())
      return at === -1 ? undefined : cancelled(keys.map((_, i) => i === at))
    }
    return at !== -1 && SINGLE_WRITES.has(operation) ? refusal('TransactionConflictException', ONGOING) : undefined
  }

  #isContended(key: string): boolean {
    const at = this.#transacted.get(key)
    if (at === undefined) return false
    if (Date.now() - at < RECENT_MS) return true
    this.#transacted.delete(key)
    return false
  }
}

function cancelled(isConflict: readonly boolean[]): TableRefusal {
  const CancellationReasons = isConflict.map((conflicts) =>
    conflicts ? { Code: 'TransactionConflict', Message: ONGOING } : { Code: 'None' },
  )
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ')
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`
  return { ...refusal('TransactionCanceledException', message), CancellationReasons }
}

/** Returns the key of a write. All our tables have the keys `pk` and `sk`. */
const keyOf = ({ Key, Item }: TableInput): string => JSON.stringify(Key ?? { pk: Item?.pk, sk: Item?.sk })

const refusal = (name: string, message: string): TableRefusal => ({
  __type: `com.amazonaws.dynamodb.v20120810#${name}`,
  message,
})

/** Divides a batch into the part that is done and the part that comes back unprocessed. At least one item is done. */
export function divide({ operation, input }: TableRequest, faults: LikeAws): { done: TableInput; undone?: object } {
  const items = input.RequestItems
  if (items === undefined || faults.random() >= faults.unprocessed) return { done: input }
  const [done, undone]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}]
  for (const [table, asked] of Object.entries(items)) {
    const all = Array.isArray(asked) ? asked : asked.Keys
    const keep = 1 + Math.floor(faults.random() * all.length)
    const rest = all.slice(keep)
    done[table] = Array.isArray(asked) ? all.slice(0, keep) : { ...asked, Keys: all.slice(0, keep) }
    if (rest.length > 0) undone[table] = Array.isArray(asked) ? rest : { ...asked, Keys: rest }
  }
  if (Object.keys(undone).length === 0) return { done: input }
  const name = operation === 'BatchWriteItem' ? 'UnprocessedItems' : 'UnprocessedKeys'
  return {
    done: { ...input, RequestItems: done as NonNullable<TableInput['RequestItems']> },
    undone: { [name]: undone },
  }
}
