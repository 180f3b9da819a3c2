import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
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
 * The table's stream in the process of a test: calls `onRecord` after each write for every item that it changed, with
 * the images before and after. For requests that come one at a time.
 *
 * @param isWatched whether the stream's filter lets records of this partition through
 *
 * @returns a function that stops it
 */
export function streamOfWrites(
  client: DynamoDBClient,
  tableName: string,
  isWatched: (pk: string) => boolean,
  onRecord: (record: DynamoDBRecord) => void,
): () => void {
  let sequence = 0
  const read = async ({ pk, sk }: Key) => {
    const Key = marshall({ pk, sk })
    return (await client.send(new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }))).Item
  }
  const readAll = (keys: readonly Key[]) => unheld(() => Promise.all(keys.map(read)))
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!WRITES.includes(String(context.commandName).replace(/Command$/, ''))) return next(args)
      const keys = keysOf(args.input as Input).filter(({ pk }) => isWatched(pk))
      const before = await readAll(keys)
      const result = await next(args)
      const after = await readAll(keys)
      keys.forEach((key, i) => {
        const record = recordOf(key, before[i], after[i], (sequence += 1))
        if (record !== undefined) onRecord(record)
      })
      return result
    },
    { step: 'initialize', priority: 'low', name: 'streamOfWrites' },
  )
  return () => void client.middlewareStack.remove('streamOfWrites')
}

const keyOf = ({ pk, sk }: Key): Key => ({ pk, sk })

function keysOf({ Item, Key, RequestItems, TransactItems }: Input): Key[] {
  const own = Item ?? Key
  if (own !== undefined) return [keyOf(own)]
  const writes = [...Object.values(RequestItems ?? {}).flat(), ...(TransactItems ?? [])]
  return writes.flatMap((write) => Object.values(write).map((part) => keyOf((part.Item ?? part.Key)!)))
}

type Image = Record<string, AttributeValue>

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
