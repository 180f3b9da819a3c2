import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb'
import type { Stack } from '../../terraform/stack.ts'
import type { Closable, Log } from '../contracts.ts'
import type { TtlDeletions } from './ttl-deletions.ts'

interface TtlSweeperOptions {
  client: DynamoDBClient
  tableName: string
  stackTable: Stack['table']
  /** Time between the end of a sweep and the next one, in milliseconds. */
  everyMs: number
  /** Receives every deletion before it happens. */
  ttlDeletions: TtlDeletions
  log: Log
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
}

export interface TtlSweeper extends Closable {
  /** Deletes the items that have expired. Returns their number. */
  sweep(): Promise<number>
}

/**
 * DynamoDB doesn't delete items that expired longer ago:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
 */
const FIVE_YEARS_SECONDS = 5 * 365 * 24 * 60 * 60

/**
 * Deletes the items whose TTL attribute (epoch seconds) has passed, because DynamoDB Local never does. DynamoDB itself
 * takes up to some days; this is sooner.
 */
export function startTtlSweeper(options: TtlSweeperOptions): TtlSweeper {
  const { client, tableName, stackTable, ttlDeletions, log } = options
  const now = options.now ?? Date.now
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  async function sweep(): Promise<number> {
    const nowSeconds = Math.floor(now() / 1000)
    const pages = paginateScan(
      { client },
      {
        TableName: tableName,
        ProjectionExpression: '#hash, #range, #ttl',
        FilterExpression: '#ttl BETWEEN :oldest AND :now',
        ExpressionAttributeNames: {
          '#hash': stackTable.hashKey,
          '#range': stackTable.rangeKey,
          '#ttl': stackTable.ttlAttribute,
        },
        ExpressionAttributeValues: {
          ':oldest': { N: String(nowSeconds - FIVE_YEARS_SECONDS) },
          // An item that expires in this second lives until the next.
          ':now': { N: String(nowSeconds - 1) },
        },
      },
    )
    let deleted = 0
    for await (const { Items } of pages) {
      for (const item of Items ?? []) {
        if (closed) return deleted
        if (await deleteExpired(item)) deleted += 1
      }
    }
    return deleted
  }

  async function deleteExpired(item: Record<string, AttributeValue>): Promise<boolean> {
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
      // The item was deleted, or its expiry changed, since it was read.
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  async function sweepAndLog(): Promise<void> {
    try {
      const deleted = await sweep()
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
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
