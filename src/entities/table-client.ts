import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { pastConflicts } from './past-conflicts.ts'

/** DynamoDB's name for a kind of request. */
export type Operation =
  | 'GetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'Query'
  | 'Scan'
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'TransactGetItems'
  | 'TransactWriteItems'

/** Sends a request to DynamoDB. The values of input and output have DynamoDB's own form, such as `{ S: 'text' }`. */
export type SendToTable = (operation: Operation, input: object) => Promise<object>

/** Attempts for one request. With few of them, a client receives `unavailable` rather than a timeout of the gateway. */
export const MAX_ATTEMPTS = 3

/** Open sockets to DynamoDB, of one instance of a function. */
export const MAX_SOCKETS = 128

/** An item with values as plain JavaScript. */
type Item = Record<string, unknown>

/** The parts of requests and responses that hold values. */
interface Params {
  Key?: Item
  Keys?: Item[]
  Item?: Item
  Items?: Item[]
  Attributes?: Item
  ExpressionAttributeValues?: Item
  ExclusiveStartKey?: Item
  LastEvaluatedKey?: Item
  RequestItems?: Record<string, Params | Params[]>
  UnprocessedItems?: Record<string, Params[]>
  UnprocessedKeys?: Record<string, Params>
  /** By table for a batch; in order for a transaction. */
  Responses?: Record<string, Item[]> | Params[]
  TransactItems?: Params[]
  PutRequest?: Params
  DeleteRequest?: Params
  Put?: Params
  Get?: Params
  Update?: Params
  Delete?: Params
  ConditionCheck?: Params
  [other: string]: unknown
}

/** A request with values as plain JavaScript. */
interface TableRequest {
  operation: Operation
  input: Params
}

/**
 * A middleware between the callers and the table: it sees requests and responses, and may change, delay or fail them.
 */
export type Middle = (request: TableRequest, send: (request: TableRequest) => Promise<Params>) => Promise<Params>

/**
 * The client of every entity. To ElectroDB it looks like the document client of the AWS SDK version 2. Of the two
 * interfaces that ElectroDB supports, this is the one that needs no classes of the SDK.
 * https://electrodb.dev/en/reference/configuration/#dynamodb-client
 */
export class TableClient {
  readonly #send: SendToTable
  #middles: Middle[] = []

  constructor(send: SendToTable) {
    this.#send = send
  }

  /**
   * Sends a request and returns the response, with values as plain JavaScript. A write that meets a transaction is
   * tried three times.
   *
   * @throws Error with DynamoDB's name for a refusal; an item in it keeps DynamoDB's form of values
   */
  send(operation: Operation, input: Params): Promise<Params> {
    let next = async (request: TableRequest): Promise<Params> => {
      const marshalledInput = translated(request.input, marshalled)
      const output = await pastConflicts(() => this.#send(request.operation, marshalledInput))
      return translated(output as Params, unmarshalled)
    }
    for (const middle of this.#middles) {
      const inner = next
      next = (request) => middle(request, inner)
    }
    return next({ operation, input })
  }

  /**
   * Sends all further requests through `middle`, and then through those that were added before. Returns a function that
   * removes `middle`.
   */
  use(middle: Middle): () => void {
    this.#middles.push(middle)
    return () => {
      this.#middles = this.#middles.filter((one) => one !== middle)
    }
  }

  readonly get = this.#method('GetItem')
  readonly put = this.#method('PutItem')
  readonly update = this.#method('UpdateItem')
  readonly delete = this.#method('DeleteItem')
  readonly query = this.#method('Query')
  readonly scan = this.#method('Scan')
  readonly batchGet = this.#method('BatchGetItem')
  readonly batchWrite = this.#method('BatchWriteItem')
  readonly transactGet = this.#method('TransactGetItems')
  readonly transactWrite = this.#method('TransactWriteItems')
  readonly createSet = (values: readonly unknown[]): Set<unknown> => new Set(values)

  #method(operation: Operation) {
    return (params: Params): DocumentRequest => new DocumentRequest(() => this.send(operation, params))
  }
}

type Cancelled = Error & { CancellationReasons?: unknown[] }

/** A request, in the form of the document client. It has no `abort`, because no call to ElectroDB gets a signal. */
class DocumentRequest {
  readonly #send: () => Promise<Params>
  #onError: ((response: { httpResponse: { body: string } }) => void) | undefined

  constructor(send: () => Promise<Params>) {
    this.#send = send
  }

  async promise(): Promise<Params> {
    try {
      return await this.#send()
    } catch (error) {
      // ElectroDB reads from the response's body why a transaction was cancelled.
      const { CancellationReasons } = error as Cancelled
      if (CancellationReasons) this.#onError?.({ httpResponse: { body: JSON.stringify({ CancellationReasons }) } })
      throw error
    }
  }

  on(_event: 'extractError', listener: (response: { httpResponse: { body: string } }) => void): void {
    this.#onError = listener
  }
}

type Translate = (item: Item) => Item

const marshalled: Translate = (item) => marshall(item)
const unmarshalled: Translate = (item) => unmarshall(item as Parameters<typeof unmarshall>[0])

/** Returns a request or a response with its values translated. */
function translated(params: Params, translate: Translate): Params {
  const result: Params = {}
  for (const [name, value] of Object.entries(params)) result[name] = translatedField(name, value, translate)
  return result
}

function translatedField(name: string, value: unknown, translate: Translate): unknown {
  if (value === undefined || value === null) return undefined
  switch (name) {
    case 'Key':
    case 'Item':
    case 'Attributes':
    case 'ExpressionAttributeValues':
    case 'ExclusiveStartKey':
    case 'LastEvaluatedKey':
      return translate(value as Item)
    case 'Keys':
    case 'Items':
      return (value as Item[]).map(translate)
    case 'PutRequest':
    case 'DeleteRequest':
    case 'Put':
    case 'Get':
    case 'Update':
    case 'Delete':
    case 'ConditionCheck':
      return translated(value as Params, translate)
    case 'TransactItems':
      return (value as Params[]).map((part) => translated(part, translate))
    case 'RequestItems':
    case 'UnprocessedItems':
    case 'UnprocessedKeys':
      return byTable(value as Record<string, Params | Params[]>, (of) =>
        Array.isArray(of) ? of.map((part) => translated(part, translate)) : translated(of, translate),
      )
    case 'Responses':
      return Array.isArray(value)
        ? value.map((part) => translated(part as Params, translate))
        : byTable(value as Record<string, Item[]>, (items) => items.map(translate))
    default:
      return value
  }
}

const byTable = <From, To>(tables: Record<string, From>, change: (from: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(tables).map(([table, from]) => [table, change(from)]))
