import type { LikeAws } from './like-aws.ts'

/** A request to the table, as it is on the wire: `Query`, and its JSON. */
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

/** What DynamoDB answers with status 400. */
export interface TableRefusal {
  __type: string
  message: string
  CancellationReasons?: { Code: string; Message?: string }[]
}

const SINGLE_WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem'])

const ONGOING = 'Transaction is ongoing for the item'

/** Milliseconds in which an item that a transaction was at meets another. */
const RECENT_MS = 1_000

/** Refuses some requests. Only items that transactions write have conflicts. */
export class TableRefusals {
  readonly #faults: LikeAws
  /** When a transaction was last at an item, by its key. */
  readonly #transacted = new Map<string, number>()

  constructor(faults: LikeAws) {
    this.#faults = faults
  }

  /** The refusal that this request meets, if it does. Nothing of it is done then. */
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

/** Of a write; every table of ours has the keys `pk` and `sk`. */
const keyOf = ({ Key, Item }: TableInput): string => JSON.stringify(Key ?? { pk: Item?.pk, sk: Item?.sk })

const refusal = (name: string, message: string): TableRefusal => ({
  __type: `com.amazonaws.dynamodb.v20120810#${name}`,
  message,
})

/** A batch in two parts: what is done, and what comes back undone. At least one of the items is done. */
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
