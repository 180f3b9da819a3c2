import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import type { TableClient } from '../../src/entities/table-client.ts'
import { unheld } from './interleavings.ts'

interface Key {
  pk: string
  sk: string
}

type Write = Record<string, { Item?: Key; Key?: Key }>

interface Input {
  TableName?: string
  Item?: Key
  Key?: Key
  RequestItems?: Record<string, Write[]>
  TransactItems?: Write[]
}

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']

/**
 * Simulates the table's stream in the process of a test: calls `onRecord` after each write for every item that it
 * changed, with the images before and after. Requests must come one at a time.
 *
 * @param isWatched whether the stream's filter lets records of this partition through
 * @returns a function that stops it
 */
export function streamOfWrites(
  client: TableClient,
  tableName: string,
  isWatched: (pk: string) => boolean,
  onRecord: (record: DynamoDBRecord) => void,
): () => void {
  let sequence = 0
  const read = async ({ pk, sk }: Key) => {
    const { Item } = await client.send('GetItem', { TableName: tableName, Key: { pk, sk }, ConsistentRead: true })
    return Item && (marshall(Item) as Image)
  }
  const readAll = (keys: readonly Key[]) => unheld(() => Promise.all(keys.map(read)))
  return client.use(async (request, send) => {
    if (!WRITES.includes(request.operation)) return send(request)
    const keys = keysOf(request.input as unknown as Input).filter(({ pk }) => isWatched(pk))
    const before = await readAll(keys)
    const answer = await send(request)
    const after = await readAll(keys)
    keys.forEach((key, i) => {
      const record = recordOf(key, before[i], after[i], (sequence += 1))
      if (record !== undefined) onRecord(record)
    })
    return answer
  })
}

const keyOf = ({ pk, sk }: Key): Key => ({ pk, sk })

function keysOf({ Item, Key, RequestItems, TransactItems }: Input): Key[] {
  const own = Item ?? Key
  if (own !== undefined) return [keyOf(own)]
  const writes = [...Object.values(RequestItems ?? {}).flat(), ...(TransactItems ?? [])]
  return writes.flatMap((write) => Object.values(write).map((part) => keyOf((part.Item ?? part.Key)!)))
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>

function recordOf(key: Key, before: Image | undefined, after: Image | undefined, sequence: number) {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined
  return {
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      Keys: marshall(key),
      SequenceNumber: String(sequence),
      ...(before === undefined ? {} : { OldImage: before }),
      ...(after === undefined ? {} : { NewImage: after }),
    },
  } as DynamoDBRecord
}
