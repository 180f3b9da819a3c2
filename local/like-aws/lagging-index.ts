import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import type { Closable, Log } from '../contracts.ts'
import { itemKey } from '../dynamodb/item-key.ts'
import { Running } from '../running.ts'
import type { LikeAws } from './like-aws.ts'

/**
 * A copy of the table that lags behind it, with a separate delay for each change. The index of the copy shows what an
 * index on AWS shows a moment after a write.
 */
export class LaggingIndex implements Closable {
  readonly #client: DynamoDBClient
  readonly #tableName: string
  readonly #faults: LikeAws
  readonly #closing = new AbortController()
  readonly #running: Running
  /** By item key, the latest copy that is not finished. */
  readonly #last = new Map<string, Promise<void>>()

  constructor(options: { client: DynamoDBClient; tableName: string; faults: LikeAws; log: Log }) {
    this.#client = options.client
    this.#tableName = options.tableName
    this.#faults = options.faults
    // Each waiting copy is a listener, and there may be many.
    setMaxListeners(0, this.#closing.signal)
    this.#running = new Running((error) => {
      if (!this.#closing.signal.aborted) options.log.error('unable to copy an item', { error: String(error) })
    })
  }

  /** Copies each stream record after a delay. The records of one item are copied in order. */
  see({ dynamodb }: StreamRecord): void {
    const { Keys, NewImage } = dynamodb ?? {}
    if (Keys === undefined) return
    const key = itemKey(Keys)
    const before = this.#last.get(key)
    const copy = async () => {
      await Promise.all([before, delay(this.#faults.random() * this.#faults.indexLagMs, undefined, this.#aborted)])
      const TableName = this.#tableName
      if (NewImage === undefined) await this.#client.send(new DeleteItemCommand({ TableName, Key: Keys }), this.#sent)
      else await this.#client.send(new PutItemCommand({ TableName, Item: NewImage }), this.#sent)
      if (this.#last.get(key) === copying) this.#last.delete(key)
    }
    const copying = copy()
    this.#last.set(key, copying)
    this.#running.track(copying)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running.ended()
  }

  get #aborted(): { signal: AbortSignal } {
    return { signal: this.#closing.signal }
  }

  get #sent(): { abortSignal: AbortSignal } {
    return { abortSignal: this.#closing.signal }
  }
}
