import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb'
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import type { Stack } from '../../terraform/stack.ts'
import type { Closable, Log } from '../contracts.ts'
import { itemKey } from './item-key.ts'
import type { TtlDeletions } from './ttl-deletions.ts'

type Item = Record<string, AttributeValue>

interface TtlSweeperOptions {
  client: DynamoDBClient
  tableName: string
  stackTable: Stack['table']
  /** Milliseconds between the end of a sweep and the next one. */
  everyMs: number
  /** Receives every deletion before it happens. */
  ttlDeletions: TtlDeletions
  log: Log
  /** Returns epoch milliseconds. Default `Date.now`. */
  now?: () => number
}

export interface TtlSweeper extends Closable {
  /** Reads the whole table and deletes the items that have expired. Returns their number. */
  sweep(): Promise<number>
  /** Receives each stream record. The sweeper learns from it which items expire, without reading the table again. */
  see(record: StreamRecord): void
}

/**
 * Without a limit, DynamoDB Local loads the whole rest of the table for each page of a scan: 290 MB for 40,000 items.
 * That filled its heap, and then took all of its time.
 */
const PAGE_ITEMS = 500

/**
 * DynamoDB doesn't delete items that expired longer ago than this:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
 */
const FIVE_YEARS_SECONDS = 5 * 365 * 24 * 60 * 60

/**
 * Deletes the items whose TTL attribute (epoch seconds) has passed, because DynamoDB Local never does. It is faster
 * than DynamoDB, which takes up to a few days. The table is read once, for the items of an earlier run. Later items
 * come from the stream.
 */
export function startTtlSweeper(options: TtlSweeperOptions): TtlSweeper {
  const { client, tableName, stackTable, ttlDeletions, log } = options
  const now = options.now ?? Date.now
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let hasReadTable = false
  /** Items that will expire, by their key as one string. */
  const expiring = new Map<string, Item>()

  function see({ dynamodb: { Keys: keys, NewImage: image } = {} }: StreamRecord): void {
    if (keys === undefined) return
    const expiry = image?.[stackTable.ttlAttribute]
    if (expiry?.N === undefined) expiring.delete(itemKey(keys))
    else note({ ...keys, [stackTable.ttlAttribute]: expiry })
  }

  const keysOf = ({ [stackTable.hashKey]: hash, [stackTable.rangeKey]: range }: Item) => ({
    [stackTable.hashKey]: hash!,
    [stackTable.rangeKey]: range!,
  })

  const note = (item: Item) => expiring.set(itemKey(keysOf(item)), item)

  function isExpired(item: Item): boolean {
    const nowSeconds = Math.floor(now() / 1000)
    const expiry = Number(item[stackTable.ttlAttribute]?.N)
    // An item that expires in this second lives until the next one.
    return expiry < nowSeconds && expiry >= nowSeconds - FIVE_YEARS_SECONDS
  }

  /** Reads the keys and expiry of all items that will expire. */
  async function* expiringItems(): AsyncGenerator<Item> {
    const pages = paginateScan(
      { client },
      {
        TableName: tableName,
        Limit: PAGE_ITEMS,
        ProjectionExpression: '#hash, #range, #ttl',
        FilterExpression: 'attribute_type(#ttl, :number)',
        ExpressionAttributeNames: {
          '#hash': stackTable.hashKey,
          '#range': stackTable.rangeKey,
          '#ttl': stackTable.ttlAttribute,
        },
        ExpressionAttributeValues: { ':number': { S: 'N' } },
      },
    )
    for await (const { Items } of pages) yield* Items ?? []
  }

  async function sweep(): Promise<number> {
    let deleted = 0
    for await (const item of expiringItems()) {
      if (closed) return deleted
      if (isExpired(item) && (await deleteExpired(item))) deleted += 1
    }
    return deleted
  }

  async function sweepKnown(): Promise<number> {
    if (!hasReadTable) {
      for await (const item of expiringItems()) {
        if (closed) return 0
        if (!expiring.has(itemKey(keysOf(item)))) note(item)
      }
      hasReadTable = true
    }
    let deleted = 0
    for (const [key, item] of expiring) {
      if (!isExpired(item)) continue
      if (closed) return deleted
      if (await deleteExpired(item)) deleted += 1
      // If the item has changed in the meantime, the stream brings the change.
      if (expiring.get(key) === item) expiring.delete(key)
    }
    return deleted
  }

  async function deleteExpired(item: Item): Promise<boolean> {
    const { [stackTable.ttlAttribute]: expiry, ...key } = item
    if (expiry === undefined) return false
    ttlDeletions.expect(key)
    try {
      await client.send(
        new DeleteItemCommand({
          TableName: tableName,
          Key: key,
          ConditionExpression: '#ttl = :seen',
          ExpressionAttributeNames: { '#ttl': stackTable.ttlAttribute },
          ExpressionAttributeValues: { ':seen': expiry },
        }),
      )
      return true
    } catch (error) {
      ttlDeletions.take(key)
      // The item was deleted, or its expiry changed, after it was read.
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  async function sweepAndLog(): Promise<void> {
    try {
      const deleted = await sweepKnown()
      if (deleted > 0) log.info('expired items deleted', { deleted })
    } catch (error) {
      log.error('unable to delete expired items; trying again at the next sweep', { error: String(error) })
    }
  }

  function schedule(): void {
    timer = setTimeout(() => {
      running = sweepAndLog().then(() => {
        if (!closed) schedule()
      })
    }, options.everyMs)
  }

  schedule()
  return {
    sweep,
    see,
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
